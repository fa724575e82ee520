/**
 * A policy set cut by action: for each action only the policies whose scope names it, its part of the schema, and the
 * attributes that those policies name.
 *
 * Cedar looks at a policy's scope first, and one that names other actions neither applies nor fails; what no policy names
 * changes no answer. So a slice gives the answer of the whole set (a property test compares them) in a fraction of the
 * time: the engine copies set and schema for every decision and is slow at reading attributes.
 */
import type { NamedPolicy } from './cedar-check.ts';
import type { EntityJson } from './cedar-engine.ts';
import { cedar } from './cedar-engine.ts';

/** The names under which the engine keeps a slice. */
export interface PolicySlice {
  readonly setId: string;
  readonly schemaName: string;
  /** By entity type: attributes that the schema has and no policy here names. */
  readonly unused: ReadonlyMap<string, ReadonlySet<string>>;
}

type SchemaJson = Extract<
  ReturnType<ReturnType<typeof cedar>['schemaToJson']>,
  { type: 'success' }
>['json'];
type Actions = SchemaJson[string]['actions'];

/** An action and every group that it is in. */
function listGroups(actions: Actions, action: string): ReadonlySet<string> {
  const found = new Set([action]);
  for (const each of found) for (const { id } of actions[each]?.memberOf ?? []) found.add(id);
  return found;
}

interface Scope {
  readonly policy: NamedPolicy;
  /** The ids of actions that the policy's scope names; null for any action. */
  readonly actions: readonly string[] | null;
  /** Every attribute name in its conditions. */
  readonly names: ReadonlySet<string>;
}

function collectNames(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === 'attr') for (const name of [each].flat() as string[]) into.add(name);
    collectNames(each, into);
  }
}

function readScope(policy: NamedPolicy): Scope {
  const read = cedar().policyToJson(policy.source);
  if (read.type === 'failure') throw new TypeError(`policy ${policy.id} cannot be read again`);
  const { action, conditions } = read.json;
  const names = new Set<string>();
  collectNames(conditions, names);
  if (action.op === 'All') return { policy, actions: null, names };
  const uids = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : null;
  if (uids === null) throw new TypeError(`policy ${policy.id} is a template`);
  const actions = uids.map((uid) => ('__entity' in uid ? uid.__entity.id : uid.id));
  return { policy, actions, names };
}

type EntityTypes = SchemaJson[string]['entityTypes'];

/** Entity types without the attributes that nobody names. A shape that is a common type is left as it is. */
function cutTypes(
  types: EntityTypes,
  names: ReadonlySet<string>,
): { readonly types: EntityTypes; readonly unused: ReadonlyMap<string, ReadonlySet<string>> } {
  const unused = new Map<string, Set<string>>();
  const cut = Object.entries(types).map(([type, definition]) => {
    const shape = 'shape' in definition ? definition.shape : undefined;
    const declared =
      shape !== undefined && shape.type === 'Record' && 'attributes' in shape
        ? (shape.attributes as Record<string, unknown>)
        : undefined;
    if (declared === undefined) return [type, definition] as const;
    const all = Object.entries(declared);
    unused.set(type, new Set(all.map(([name]) => name).filter((name) => !names.has(name))));
    const attributes = Object.fromEntries(all.filter(([name]) => names.has(name)));
    return [type, { ...definition, shape: { ...shape, attributes } }] as const;
  });
  return { types: Object.fromEntries(cut), unused };
}

/** An entity without the attributes that the slice does not name. Unknown ones stay, so that they are refused. */
export function cutEntity(slice: PolicySlice, entity: EntityJson): EntityJson {
  const type = '__entity' in entity.uid ? entity.uid.__entity.type : entity.uid.type;
  const unused = slice.unused.get(type);
  if (unused === undefined || unused.size === 0) return entity;
  const kept = Object.entries(entity.attrs).filter(([name]) => !unused.has(name));
  return { ...entity, attrs: Object.fromEntries(kept) };
}

/** Cuts slices when they are first asked for. Undefined for an action that the schema does not have. */
export function makeSlicer(
  prefix: string,
  schema: string,
  policies: readonly NamedPolicy[],
): (action: string) => PolicySlice | undefined {
  const read = cedar().schemaToJson(schema);
  if (read.type === 'failure') throw new TypeError('a checked schema cannot be read again');
  const whole = read.json[''] ?? { entityTypes: {}, actions: {} };
  const scopes = policies.map(readScope);
  const slices = new Map<string, PolicySlice>();
  return (action) => {
    const held = slices.get(action);
    if (held !== undefined) return held;
    if (!Object.hasOwn(whole.actions, action)) return undefined;
    const groups = listGroups(whole.actions, action);
    const actions = Object.fromEntries(
      Object.entries(whole.actions).filter(([name]) => groups.has(name)),
    );
    const chosen = scopes.filter(
      (scope) => scope.actions === null || scope.actions.some((name) => groups.has(name)),
    );
    const staticPolicies = Object.fromEntries(
      chosen.map(({ policy }) => [policy.id, policy.source]),
    );
    const name = `${prefix}/${action}`;
    const set = cedar().preparsePolicySet(name, { staticPolicies });
    const named = new Set(chosen.flatMap(({ names }) => [...names]));
    const { types: entityTypes, unused } = cutTypes(whole.entityTypes, named);
    const part = cedar().preparseSchema(name, { '': { ...whole, entityTypes, actions } });
    if (set.type === 'failure' || part.type === 'failure') {
      throw new TypeError(`the engine does not take the policies for ${action}`);
    }
    const slice = { setId: name, schemaName: name, unused };
    slices.set(action, slice);
    return slice;
  };
}
