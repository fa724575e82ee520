/** `sallyport monitor train`: which sets may be trained on, and the monitor that comes of them. */
import manifest from '../../package.json' with { type: 'json' };
import { SallyportError, sha256 } from '../core/index.ts';
import { parseExclusions } from '../ingress/index.ts';
import {
  FEATURES_VERSION,
  monitorErrors,
  parsePartitionRule,
  readDocuments,
  readVouched,
  trainMonitor,
  writeMonitor,
} from '../monitor/index.ts';
import type { AdmittedSet, MonitorModel, VerifyAdmission } from '../monitor/index.ts';
import { hashGiven, needOutput, readGivenBytes, readGivenText, writeGiven } from './given-paths.ts';
import { readNumber, readRows, readVoteOptions } from './monitor-rows.ts';
import type { Excluded, MethodOptions } from './monitor-rows.ts';
import { showTrained } from './monitor-view.ts';
import { openPaint } from './terminal.ts';

/** What the command takes. */
export interface TrainCommandOptions extends MethodOptions {
  readonly holdBack: string;
  readonly out: string;
  readonly admission?: readonly string[];
  readonly exclude?: readonly string[];
  readonly unadmitted?: boolean;
  readonly admissionKey?: string;
  readonly url?: string;
  readonly token?: string;
}

function openExcluded(paths: readonly string[]): Excluded {
  const lists = paths.map((path) => {
    const parsed = parseExclusions(readGivenText(path));
    if (parsed.ok) return parsed.list;
    const { code, message, hint } = parsed;
    throw new SallyportError(code, { status: 400, message, hint }, {});
  });
  return { lists, bound: new Set(), found: new Set() };
}

/** Throws when a list names documents or rows that are not there: nobody could say that they were left out. */
function needFound({ lists, found }: Excluded): void {
  const all = new Set(lists.flatMap((list) => [...list.reasons.keys()]));
  const missing = [...all].filter((id) => !found.has(id));
  if (missing.length === 0) return;
  throw monitorErrors.error('EXCLUSIONS_UNFOUND', {
    ...{ missing: missing.length, listed: all.size, first: missing[0] ?? '' },
  });
}

async function openAdmitted(
  paths: readonly string[],
  options: TrainCommandOptions,
  verify: VerifyAdmission,
  excluded: Excluded,
): Promise<AdmittedSet[]> {
  const sets: AdmittedSet[] = [];
  for (const [i, path] of paths.entries()) {
    const digest = await hashGiven(path);
    const set = { name: path, digest };
    if (options.unadmitted === true) {
      const rows = readRows(path, options, undefined, { excluded, own: null });
      sets.push({ ...set, rows, statement: null, source: null, exclusions: null });
      continue;
    }
    const file = options.admission?.[i];
    if (file === undefined) throw monitorErrors.error('SET_UNADMITTED', { set: path });
    const statement = readGivenBytes(file);
    const verified = await verify(statement, digest);
    if (!verified.ok) {
      throw monitorErrors.error('ADMISSION_UNVERIFIED', { set: path, why: verified.why });
    }
    const { exclusionsSha256: list, source } = verified;
    if (list !== null && !excluded.lists.some((each) => each.digest === list))
      throw monitorErrors.error('EXCLUSIONS_NEEDED', { set: path, list });
    if (list !== null) excluded.bound.add(list);
    // The signer, not what rows say of themselves: whoever writes rows could name any number of sources.
    const rows = readRows(path, options, () => source.identity, {
      ...{ excluded, own: list },
    });
    sets.push({ ...set, rows, source, statement: sha256(statement), exclusions: list });
  }
  return sets;
}

/** Throws when somebody who signed for what is learnt signed for what is vouched too: one bad source would set all thresholds. */
function needOtherSigners(sets: readonly AdmittedSet[], vouched: readonly AdmittedSet[]): void {
  const signers = new Set(sets.flatMap(({ source }) => source?.identity ?? []));
  const bad = vouched.find(({ source }) => source !== null && signers.has(source.identity));
  if (bad === undefined) return;
  throw monitorErrors.error('VOUCHED_SIGNER', {
    ...{ set: bad.name, signer: bad.source?.name ?? '' },
  });
}

/** Trains on every row that is not excluded, or on none. */
export async function trainCommand(
  paths: readonly string[],
  options: TrainCommandOptions,
  verify: VerifyAdmission,
): Promise<void> {
  needOutput(options.out);
  const rule = parsePartitionRule(options.partitions);
  const votes = readVoteOptions(options);
  const holdBack = readNumber('--hold-back', options.holdBack, 0.05, 0.8);
  const excluded = openExcluded(options.exclude ?? []);
  const all = await openAdmitted([...paths, ...(options.vouched ?? [])], options, verify, excluded);
  const sets = all.slice(0, paths.length);
  const vouchedSets = all.slice(paths.length);
  needOtherSigners(sets, vouchedSets);
  const documents = await readDocuments(sets, options.positive);
  const vouched = await readVouched(vouchedSets, options.positive);
  needFound(excluded);
  const trained = trainMonitor(documents, { ...votes, rule, holdBack }, vouched);
  const model: MonitorModel = {
    ...trained,
    positiveLabel: options.positive,
    lineage: {
      admission: options.unadmitted === true ? 'unadmitted' : 'admitted',
      sets: all.map(({ name, digest, statement, exclusions, source }, i) => ({
        ...{ name, digest, statement },
        ...(i < sets.length ? {} : { use: 'vouched' as const }),
        ...(exclusions === null ? {} : { exclusions }),
        ...(source === null ? {} : { source }),
      })),
      code: `sallyport ${manifest.version}, features ${FEATURES_VERSION}`,
    },
  };
  const { bytes, digest } = writeMonitor(model);
  writeGiven(options.out, bytes);
  const paint = openPaint(process.stdout, process.env);
  const view = { model, digest, bytes: bytes.length, file: options.out };
  process.stdout.write(`${showTrained(view, options.json === true, paint).join('\n')}\n`);
}
