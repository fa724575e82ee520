/**
 * Screens of text sets for poison: planted triggers, near-duplicates with another label, hidden characters, phrases to
 * models and about monitors, sources that weigh too much, are alike, or have changed.
 *
 * Guaranteed: memory is bounded by fixed tables whatever the set's size, time is linear; a row that could not be
 * read, a text that was too long and a screen that could not run are in the report; ids of documents are stable;
 * with right labels, an n-gram or source is accused by chance with probability below a stated bound. Assumed: most
 * documents are labelled rightly. Not promised: that poison is found. Clean labels, common words, style and split
 * triggers pass; that is why monitors are certified in sources instead.
 */
export { screenRowOf } from './collector.ts';
export type { ScreenRow } from './collector.ts';
export { screenErrors } from './errors.ts';
export type { SignedSource } from './describe.ts';
export {
  documentId,
  parseExclusions,
  parseRowRule,
  RowRules,
  RULE_FIELDS_MAX,
  spellRowRule,
} from './exclusions.ts';
export type { ExclusionList, RowRule } from './exclusions.ts';
export type { Example, ScreenFinding } from './finding.ts';
export { parseReport, SCREEN_RULES_VERSION, writeReport } from './report.ts';
export type { EarlierReport, ScreenedSet, ScreenReport } from './report.ts';
export { screenTexts } from './screen.ts';
export type { ScreenInput } from './screen.ts';
export { shortLabel } from './sources.ts';
export type { SourceProfile, SourceReport } from './sources.ts';
