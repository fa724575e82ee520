/**
 * Every migration, in the order in which it is applied. A module adds one file `NNNN-<module>.ts` and one line here.
 * A migration that has been released is never changed.
 */
import type { Migration } from '../migrate.ts';
import { ledgerMigration } from './0001-ledger.ts';
import { modelsMigration } from './0010-models.ts';
import { budgetMigration } from './0011-budget.ts';
import { peopleMigration } from './0012-people.ts';
import { requestsMigration } from './0013-requests.ts';
import { approvalsMigration } from './0014-approvals.ts';
import { jobsMigration } from './0015-jobs.ts';
import { requestJobMigration } from './0017-request-job.ts';
import { requestQueueMigration } from './0018-request-queue.ts';
import { sharesMigration } from './0019-shares.ts';
import { releaseMigration } from './0020-release.ts';
import { importsMigration } from './0030-imports.ts';
import { lineageMigration } from './0031-lineage.ts';
import { screeningsMigration } from './0032-screenings.ts';
import { importEndsMigration } from './0033-import-ends.ts';
import { inboxesMigration } from './0034-inboxes.ts';
import { sourceSignersMigration } from './0035-source-signers.ts';
import { recallIndexMigration } from './0036-recall-index.ts';
import { settingsMigration } from './0037-settings.ts';
import { screenedLabelsMigration } from './0038-screened-labels.ts';
import { releaseStagedMigration } from './0039-release-staged.ts';
import { alarmsMigration } from './0040-alarms.ts';
import { outerMigration } from './0100-outer.ts';
import { outerInboxesMigration } from './0101-outer-inboxes.ts';
import { senderMigration } from './0200-sender.ts';
import { senderSettingsMigration } from './0201-sender-settings.ts';
import { senderBodiesMigration } from './0202-sender-bodies.ts';
import { tokenSponsorsMigration } from './0041-token-sponsors.ts';
import { requestsChangedMigration } from './0042-requests-changed.ts';

/** The schema of the inner process. */
export const MIGRATIONS: readonly Migration[] = [
  ledgerMigration,
  modelsMigration,
  budgetMigration,
  peopleMigration,
  requestsMigration,
  approvalsMigration,
  jobsMigration,
  requestJobMigration,
  requestQueueMigration,
  sharesMigration,
  releaseMigration,
  importsMigration,
  lineageMigration,
  screeningsMigration,
  importEndsMigration,
  inboxesMigration,
  sourceSignersMigration,
  recallIndexMigration,
  settingsMigration,
  screenedLabelsMigration,
  releaseStagedMigration,
  alarmsMigration,
  tokenSponsorsMigration,
  requestsChangedMigration,
];

/** The schema of the outer process. */
export const OUTER_MIGRATIONS: readonly Migration[] = [
  ledgerMigration,
  outerMigration,
  outerInboxesMigration,
];

/** The schema of the sender's own process. */
export const SENDER_MIGRATIONS: readonly Migration[] = [
  senderMigration,
  senderSettingsMigration,
  senderBodiesMigration,
];
