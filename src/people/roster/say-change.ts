/** Changes of a roster in words. Whoever signs reads nothing else, so that each says everything that it changes. */
import { sayCount, sha256, sayExactDuration } from '../../core/index.ts';
import type { Change } from './changes.ts';
import { sayKey } from './key-facts.ts';
import { saySettingsChange } from './say-settings.ts';

type NewKey = Extract<Change, { op: 'key.add' }>['key'];
type Limits = Extract<Change, { op: 'meter.set' }>['limits'];
type RuleChange = Extract<Change, { op: 'rule.set' }>;

/** A step in words, for whoever signs it. */
export function sayChange(change: Change): string {
  switch (change.op) {
    case 'person.add':
      return `add the person ${change.id} (${change.name})${sayUntil(change.until)} with ${change.keys.map(sayNewKey).join('; ') || 'no key'}`;
    case 'person.remove':
      return `remove the person ${change.id}`;
    case 'person.until':
      return change.until === null
        ? `let ${change.id} stay without an end`
        : `end the membership of ${change.id} at ${change.until}`;
    case 'key.add':
      return `add for ${change.person} ${sayNewKey(change.key)}`;
    case 'key.revoke':
      return `revoke the key ${change.key} of ${change.person}`;
    case 'principal.add':
      return `add the ${change.kind} ${change.id}, for which ${change.sponsor} answers`;
    case 'principal.remove':
      return `remove ${change.id}`;
    case 'group.add':
      return `make the group ${change.group} of ${change.members.join(', ') || 'nobody yet'}`;
    case 'group.remove':
      return `remove the group ${change.group}`;
    case 'group.join':
      return `put ${change.member} into the group ${change.group}`;
    case 'group.leave':
      return `take ${change.member} out of the group ${change.group}`;
    case 'project.add':
      return `make the project ${change.id} (${change.title}), which may touch ${change.models.join(', ') || 'every model'}`;
    case 'project.models':
      return `let the project ${change.project} touch ${change.models.join(', ') || 'every model'}`;
    case 'role.give':
      return `make ${change.principal} ${change.role} of the project ${change.project}${sayUntil(change.until)}`;
    case 'role.take':
      return `take the role ${change.role} in the project ${change.project} from ${change.principal}`;
    case 'model.owners':
      return `make ${change.owners.join(', ') || 'nobody'} owner of the model ${change.model}`;
    case 'rule.set':
      return sayRule(change);
    case 'rule.remove':
      return `remove the rule for ${change.kind}, tier ${change.tier}`;
    case 'meter.set':
      return `let ${sayLimits(change.limits)}, leave in the tier ${change.meter}`;
    case 'break-glass.set':
      return `let ${change.group} break the glass for ${sayLimits(change.limits)}`;
    case 'origin.add':
      return `accept passkeys on ${change.origin}`;
    case 'origin.remove':
      return `accept passkeys on ${change.origin} no longer`;
    case 'policy.set':
      return `put the policies with the SHA-256 ${sha256(change.text)} in force`;
    case 'settings.apart':
      return 'let nobody change the rules for settings, or whose keys they count, without the approvals that these rules ask for';
    case 'budget.set':
    case 'model.set':
    case 'model.activate':
    case 'destination.add':
    case 'caps.set':
    case 'settings.base':
      return saySettingsChange(change);
  }
}

function sayUntil(until: string | null): string {
  return until === null ? '' : ` until ${until}`;
}

function sayNewKey(key: NewKey): string {
  return `${sayKey(key)}: ${key.id} (${key.label})${sayUntil(key.until)}`;
}

function sayLimits({ bitsPerDay, burstBits }: Limits): string {
  return `${sayCount(bitsPerDay, 'bit')} a day, ${sayCount(burstBits, 'bit')} at once`;
}

/** Every part of a rule that is given; what is not given stays as it is. */
function sayRule(change: RuleChange): string {
  const { chargeBitsMax, quorum, waitMs, approvalsValidMs, deviceBound, outOfBrowser } = change;
  const parts = [
    ...(quorum === undefined ? [] : [quorum]),
    ...(chargeBitsMax === undefined
      ? []
      : [chargeBitsMax === null ? 'any charge' : `at most ${sayCount(chargeBitsMax, 'bit')}`]),
    ...(waitMs === undefined ? [] : [`waits ${sayExactDuration(waitMs)}`]),
    ...(approvalsValidMs === undefined
      ? []
      : [`approvals are valid for ${sayExactDuration(approvalsValidMs)}`]),
    ...(deviceBound === undefined
      ? []
      : [deviceBound ? 'one key bound to its device' : 'keys need not be bound to a device']),
    ...(outOfBrowser === undefined
      ? []
      : [
          outOfBrowser
            ? 'one approval outside the browser'
            : 'all approvals may be made in the browser',
        ]),
  ];
  const said = parts.length === 0 ? '' : `: ${parts.join('; ')}`;
  return `set the rule for ${change.kind}, tier ${change.tier}${said}`;
}
