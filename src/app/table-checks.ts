/** Every room's check of its tables, for `ledger verify`. */
import { checkBudgetTables } from '../budget/index.ts';
import { checkImportTables, checkLineageTables, checkScreeningTables } from '../ingress/index.ts';
import type { TableCheck } from '../ledger/index.ts';
import { checkModelTables } from '../models/index.ts';
import { checkPeopleTables } from '../people/index.ts';
import { checkReleaseTables } from '../release/index.ts';
import { checkRequestTables, checkShareTables } from '../requests/index.ts';
import { readResultFiles } from './share-results.ts';

/** Fresh checks for one pass over the inner ledger. */
export function tableChecks(): readonly TableCheck[] {
  return [
    checkPeopleTables(),
    checkRequestTables(),
    checkShareTables(readResultFiles),
    checkReleaseTables(),
    checkBudgetTables(),
    checkModelTables(),
    checkImportTables(),
    checkLineageTables(),
    checkScreeningTables(),
  ];
}
