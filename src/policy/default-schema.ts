/**
 * The schema of the gate's policies: who there is, what there is, and who can do what to what at all.
 *
 * What the schema does not connect, no policy can permit: agents and workloads have no `request.approve`.
 */
export const DEFAULT_SCHEMA = `// Roles that hold for one project or model are sets; roles for the whole gate are yes or no.
entity Gate;
entity Project = { locked: Bool };
entity Model = { locked: Bool };

entity Person = {
  id: String,
  locked: Bool,
  member: Set<Project>,
  reviewer: Set<Project>,
  owner: Set<Project>,
  // Models that the person answers for, and models that the person's projects may touch.
  owns: Set<Model>,
  touches: Set<Model>,
  security: Bool,
  administrator: Bool,
  auditor: Bool,
};

// An agent or a workload asks in the name of a sponsor, who is a person.
entity Agent, Workload = {
  id: String,
  locked: Bool,
  sponsor: Person,
  member: Set<Project>,
  touches: Set<Model>,
};

entity Request = {
  kind: String,
  project: Project,
  requester: String,
  // Set when the requester is an agent or a workload.
  sponsor?: String,
};

// A result of one project that another one may read, while it may.
entity Share = { from: Project, to: Project };

action view, act;

action "request.ask" in [act]
  appliesTo { principal: [Person, Agent, Workload], resource: [Project], context: { kind: String } };
// \`eligible\`: the person is in a group that the request's quorum names.
action "request.view" in [view]
  appliesTo { principal: [Person, Agent, Workload], resource: [Request], context: { eligible: Bool } };
action "request.withdraw", "request.comment" in [act]
  appliesTo { principal: [Person, Agent, Workload], resource: [Request], context: { eligible: Bool } };
action "request.approve", "request.deny" in [act]
  appliesTo { principal: [Person], resource: [Request], context: { eligible: Bool } };

action "project.view" in [view]
  appliesTo { principal: [Person, Agent, Workload], resource: [Project] };
action "project.change" in [act]
  appliesTo { principal: [Person], resource: [Project, Gate] };
action "people.view" in [view]
  appliesTo { principal: [Person], resource: [Project, Gate] };
action "people.change" in [act]
  appliesTo { principal: [Person], resource: [Project, Gate] };

action "budget.view" in [view]
  appliesTo { principal: [Person, Agent, Workload], resource: [Project, Model, Gate] };
action "budget.change" in [act]
  appliesTo { principal: [Person], resource: [Project, Model, Gate] };
action "model.view" in [view]
  appliesTo { principal: [Person, Agent, Workload], resource: [Model] };
action "model.change" in [act]
  appliesTo { principal: [Person], resource: [Model, Gate] };

action "ledger.read" in [view]
  appliesTo { principal: [Person], resource: [Project, Gate] };
action "policy.read" in [view]
  appliesTo { principal: [Person], resource: [Gate] };
action "policy.change" in [act]
  appliesTo { principal: [Person], resource: [Gate] };

action "share.read" in [view]
  appliesTo { principal: [Person, Agent, Workload], resource: [Share] };
// At once, by one person; that something is shared is asked for, with \`request.ask\`.
action "share.revoke" in [act]
  appliesTo { principal: [Person], resource: [Share] };

// What changes something is asked for: \`change\` and \`lock.lift\` mean to ask, a lock is set at once.
action "outbox.use" in [act]
  appliesTo { principal: [Person, Agent, Workload], resource: [Project] };
action "lock.set", "lock.lift" in [act]
  appliesTo { principal: [Person], resource: [Project, Model, Gate] };
action "break-glass" in [act]
  appliesTo { principal: [Person], resource: [Project] };
`;
