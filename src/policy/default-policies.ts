import { SHARING_POLICIES } from './sharing-policies.ts';

/** The set of the first gates, which stays as it was; later sets add to it. */
export const FIRST_POLICIES = `// ---- asking -------------------------------------------------------------------------------------------------------

@id("members-ask")
@says("members of a project may ask in it")
permit (principal, action == Action::"request.ask", resource)
when { principal.member.contains(resource) };

@id("persons-ask-access")
@says("every person may ask for access to a project; the answer is the same for a project that does not exist")
permit (principal is Person, action == Action::"request.ask", resource)
when { context.kind == "access" };

@id("members-use-outbox")
@says("members of a project may use its outbox folder")
permit (principal, action == Action::"outbox.use", resource)
when { principal.member.contains(resource) };

@id("requesters-keep-their-own")
@says("requesters may see, discuss and withdraw their own requests while they are members of the project")
permit (
  principal,
  action in [Action::"request.view", Action::"request.withdraw", Action::"request.comment"],
  resource
)
when { resource.requester == principal.id && principal.member.contains(resource.project) };

@id("sponsors-answer-for-theirs")
@says("sponsors may see, discuss and withdraw what their agents and workloads ask for, in projects they are read into")
permit (
  principal is Person,
  action in [Action::"request.view", Action::"request.withdraw", Action::"request.comment"],
  resource
)
when {
  resource has sponsor && resource.sponsor == principal.id &&
  (principal.member.contains(resource.project) ||
   principal.reviewer.contains(resource.project) ||
   principal.owner.contains(resource.project))
};

// ---- need to know -------------------------------------------------------------------------------------------------

@id("read-in-see-requests")
@says("people who are read into a project see and discuss its requests")
permit (
  principal is Person,
  action in [Action::"request.view", Action::"request.comment"],
  resource
)
when {
  principal.member.contains(resource.project) ||
  principal.reviewer.contains(resource.project) ||
  principal.owner.contains(resource.project)
};

@id("read-in-see-project")
@says("people who are read into a project see it, its people, its budget and its ledger entries")
permit (
  principal is Person,
  action in [Action::"project.view", Action::"people.view", Action::"budget.view", Action::"ledger.read"],
  resource is Project
)
when {
  principal.member.contains(resource) ||
  principal.reviewer.contains(resource) ||
  principal.owner.contains(resource)
};

@id("programs-see-project")
@says("agents and workloads see the projects they work in and their budgets")
permit (
  principal,
  action in [Action::"project.view", Action::"budget.view"],
  resource is Project
)
when { principal.member.contains(resource) };

@id("touching-see-model")
@says("whoever works in a project sees the models that it may touch, and their budgets")
permit (principal, action in [Action::"model.view", Action::"budget.view"], resource is Model)
when { principal.touches.contains(resource) };

@id("persons-read-policy")
@says("every person may read the policy")
permit (principal is Person, action == Action::"policy.read", resource);

// ---- deciding -----------------------------------------------------------------------------------------------------

@id("eligible-decide")
@says("people whom the request's quorum names may see, discuss, approve and deny it")
permit (
  principal is Person,
  action in [Action::"request.view", Action::"request.comment", Action::"request.approve", Action::"request.deny"],
  resource
)
when { context.eligible };

@id("nobody-decides-own")
@says("nobody decides on their own request, or on one of an agent or workload they sponsor")
forbid (principal is Person, action in [Action::"request.approve", Action::"request.deny"], resource)
when {
  resource.requester == principal.id || (resource has sponsor && resource.sponsor == principal.id)
};

// ---- owners -------------------------------------------------------------------------------------------------------

@id("owners-change-project")
@says("owners of a project may ask to change it, its people and its budget, and may break the glass")
permit (
  principal is Person,
  action in [Action::"project.change", Action::"people.change", Action::"budget.change", Action::"break-glass"],
  resource is Project
)
when { principal.owner.contains(resource) };

@id("owners-change-model")
@says("owners of a model see it, and may ask to change it and its budget")
permit (
  principal is Person,
  action in [Action::"model.view", Action::"model.change", Action::"budget.view", Action::"budget.change"],
  resource is Model
)
when { principal.owns.contains(resource) };

// ---- locks --------------------------------------------------------------------------------------------------------

@id("read-in-lock-project")
@says("people who are read into a project may lock it at once, and may ask to unlock it")
permit (principal is Person, action in [Action::"lock.set", Action::"lock.lift"], resource is Project)
when {
  principal.member.contains(resource) ||
  principal.reviewer.contains(resource) ||
  principal.owner.contains(resource)
};

@id("owners-lock-model")
@says("owners of a model may lock it at once, and may ask to unlock it")
permit (principal is Person, action in [Action::"lock.set", Action::"lock.lift"], resource is Model)
when { principal.owns.contains(resource) };

@id("locked-do-nothing")
@says("a locked principal may look and do nothing")
forbid (principal, action in Action::"act", resource)
when { principal.locked };

@id("locked-project-asks-nothing")
@says("nothing but its unlocking may be asked in a locked project")
forbid (principal, action == Action::"request.ask", resource)
when { resource.locked }
unless { context.kind == "unlock" };

@id("locked-project-no-outbox")
@says("the outbox folder of a locked project is closed")
forbid (principal, action == Action::"outbox.use", resource)
when { resource.locked };

// ---- roles for the whole gate -------------------------------------------------------------------------------------

@id("security-sees")
@says("security sees every project, because an alarm may come from any")
permit (principal is Person, action in Action::"view", resource)
when { principal.security };

@id("security-acts")
@says("security may lock anything at once, break the glass, and ask to change people, budgets and policy")
permit (
  principal is Person,
  action in [
    Action::"lock.set",
    Action::"lock.lift",
    Action::"break-glass",
    Action::"people.change",
    Action::"budget.change",
    Action::"policy.change"
  ],
  resource
)
when { principal.security };

@id("auditors-see")
@says("auditors see everything and change nothing")
permit (principal is Person, action in Action::"view", resource)
when { principal.auditor };

@id("administrators-see-setup")
@says("administrators see how the gate is set up, and nothing that people ask for")
permit (
  principal is Person,
  action in [Action::"project.view", Action::"people.view", Action::"budget.view", Action::"model.view"],
  resource
)
when { principal.administrator };

@id("administrators-change-setup")
@says("administrators may ask to change people, projects, budgets, models and policy")
permit (
  principal is Person,
  action in [
    Action::"people.change",
    Action::"project.change",
    Action::"budget.change",
    Action::"model.change",
    Action::"policy.change"
  ],
  resource
)
when { principal.administrator };

@id("programs-never-lift")
@says("agents and workloads ask neither for unlocking nor for a change of policy")
forbid (principal, action == Action::"request.ask", resource)
when { !(principal is Person) && ["unlock", "policy"].contains(context.kind) };
`;

/**
 * The policies that the gate ships with. `@id` is the name in every answer; `@says` is the sentence that people read.
 *
 * To be allowed means to be heard: what a request asks for, and every change of people, roles, rules, policies, budgets,
 * models or destinations, needs its quorum besides. What is tighter is set at once.
 */
export const DEFAULT_POLICIES = `${FIRST_POLICIES}${SHARING_POLICIES}`;
