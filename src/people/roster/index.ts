/**
 * The roster: who may approve with which key, under which rules, as a chain of documents (docs/spec/approval.md).
 *
 * Guaranteed: a document has one spelling; what is read was checked whole; a change is applied completely or not at all.
 * Not decided here: whether a version was signed by the right people, see `requests/`, which the sender runs itself.
 */
export { CHANGE, applyChanges } from './changes.ts';
export type { Change, ChangeInput } from './changes.ts';
export { sayChange } from './say-change.ts';
export { completeSettings, settingsSteps } from './complete-settings.ts';
export { isSettingsStep } from './settings-steps.ts';
export type { SettingsChange } from './settings-steps.ts';
export {
  applyBudget,
  findBudget,
  isWiderThanSigned,
  modelsInReach,
  pathTo,
  readSettings,
  sortSettings,
  writeSettings,
} from './settings.ts';
export type { Settings, SettingsBucket, SettingsBudget, SettingsPath } from './settings.ts';
export {
  ADMINISTRATORS,
  AUDITORS,
  RULE_KINDS,
  SECURITY,
  checkRoster,
  readRoster,
  rosterDigest,
  writeRoster,
} from './document.ts';
export type {
  Roster,
  RosterKey,
  RosterMeter,
  RosterPerson,
  RosterProject,
  RosterRule,
  RosterSponsored,
} from './document.ts';
export { rosterErrors } from './errors.ts';
export { readKeyFacts } from './key-facts.ts';
export { foundRoster } from './founding.ts';
export type { Founder, Founding } from './founding.ts';
export {
  changesAt,
  findKey,
  findPerson,
  findProject,
  groupsOf,
  ownersOf,
  peopleOf,
  peopleWithRole,
  rolesIn,
  ruleFor,
} from './view.ts';
export type { Tier } from './view.ts';
