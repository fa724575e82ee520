/**
 * Decoding as jobs: a handler that any worker runs, and a collector that takes results up with their ledger entry.
 *
 * What holds if we die: a result that was not taken up is still in the queue; one that was is with its entry in the
 * same transaction. A handler that runs twice gives the same forms, since they are named by their digests.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, sha256 } from '../../core/index.ts';
import type { Json } from '../../core/index.ts';
import type { Job, JobHandler, JobInput, Jobs } from '../../jobs/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { find } from '../decoded.ts';
import type { ScanVerdict } from '../decoded.ts';
import type { ScanPool } from '../scan-pool.ts';
import { SCAN_RULES_VERSION } from '../version.ts';
import { putVerdict } from './file-store.ts';
import type { DecodedFile } from './file-store.ts';
import type { ImportFile } from './import.ts';
import type { Quarantine } from './quarantine.ts';

/** The queue of files to decode. */
export const DECODE_QUEUE = 'decode';
/** The queue of admitted files that newer rules look at again. */
export const RESCAN_QUEUE = 'rescan';

const FORM_BYTES_MAX = 2 ** 42;
const FINDINGS_MAX = 100;
const SENTENCE_CHARACTERS_MAX = 500;
const TAKEN_AT_ONCE = 100;

interface DecodePayload {
  readonly import: string;
  readonly file: number;
  readonly name: string;
  readonly sha256: string;
}

/** The job of one file. */
export function decodeJob(
  id: string,
  file: Pick<ImportFile, 'position' | 'name' | 'sha256' | 'bytes'>,
  queue: string = DECODE_QUEUE,
): JobInput {
  const { position, name, sha256: digest, bytes } = file;
  return {
    queue,
    batch: id,
    key: `${id}/${String(position)}${queue === RESCAN_QUEUE ? `/${String(SCAN_RULES_VERSION)}` : ''}`,
    payload: { import: id, file: position, name, sha256: digest },
    // An empty file is work too.
    weight: Math.max(1, bytes),
  };
}

/** What a worker does with a job: decode in a child process, keep the safe forms, say what was found. */
export function decodeHandler(host: { pool: ScanPool; quarantine: Quarantine }): JobHandler {
  const { pool, quarantine } = host;
  return async (job) => {
    const { name, sha256: digest } = job.payload as unknown as DecodePayload;
    const outDir = await quarantine.scratch.open(job.id);
    try {
      const result = await pool.scan({ name, path: quarantine.originals.pathOf(digest), outDir });
      const forms: DecodedFile['forms'][number][] = [];
      for (const form of result.forms) {
        const blob = await quarantine.forms.putFile(`${outDir}/${form.file ?? ''}`, FORM_BYTES_MAX);
        forms.push({ name: form.name, type: form.type, ...blob });
      }
      const findings = result.findings.slice(0, FINDINGS_MAX).map((finding) => ({
        ...finding,
        place: finding.place.slice(0, SENTENCE_CHARACTERS_MAX),
        sentence: finding.sentence.slice(0, SENTENCE_CHARACTERS_MAX),
      }));
      const { type, verdict } = result;
      const decoded: DecodedFile = { type, verdict, findings, rules: SCAN_RULES_VERSION, forms };
      return decoded as unknown as Json;
    } finally {
      await quarantine.scratch.remove(job.id);
    }
  };
}

/** A job that ended without a result leaves its file to a person. */
function resultOf(job: Job): DecodedFile {
  if (job.state === 'done') return job.result as unknown as DecodedFile;
  const findings = [find('hold', 'DECODER_ENDED', { why: job.reason ?? 'no reason given' })];
  return {
    type: 'unknown',
    verdict: 'inconclusive',
    findings,
    rules: SCAN_RULES_VERSION,
    forms: [],
  };
}

/** A verdict that was taken up. */
export interface TakenUp {
  readonly import: string;
  readonly file: number;
  readonly name: string;
  readonly verdict: ScanVerdict;
  readonly findings: DecodedFile['findings'];
}

/** The digest of what a decoder found out; what the ledger holds the table of files to. */
export function verdictDigest(decoded: {
  readonly type: string | null;
  readonly verdict: string | null;
  readonly findings: unknown;
}): string {
  const { type, verdict, findings } = decoded;
  return sha256(canonicalJson({ type, verdict, findings: findings as Json }));
}

/** The digest of a file's safe forms, in their order. */
export function formsDigest(
  forms: readonly { name: string; type: string; sha256: string; bytes: number }[],
): string {
  const plain = forms.map((form) => [form.name, form.type, form.sha256, form.bytes]);
  return sha256(canonicalJson(plain));
}

/**
 * Takes up to a hundred results of each import up; gives what was taken, empty when there was nothing. `before` acts on
 * results that are still in the queue: what it does is done again after a crash.
 */
export async function collectDecoded(
  host: { jobs: Jobs; ledger: Ledger },
  queue: string,
  before?: (results: readonly TakenUp[]) => Promise<void>,
): Promise<readonly TakenUp[]> {
  const over = await host.jobs.listOver(queue, TAKEN_AT_ONCE);
  const groups = Map.groupBy(over, (job) => job.batch);
  const taken: TakenUp[] = [];
  for (const [id, jobs] of groups) {
    const results = jobs.map((job) => {
      const { file, name } = job.payload as unknown as DecodePayload;
      return { job, file, name, decoded: resultOf(job) };
    });
    const group = results.map(({ file, name, decoded }): TakenUp => {
      const { verdict, findings } = decoded;
      return { import: id, file, name, verdict, findings };
    });
    await before?.(group);
    await host.ledger.record(
      {
        kind: queue === RESCAN_QUEUE ? 'import.rescanned' : 'import.decoded',
        by: 'gate',
        import: id,
        rules: SCAN_RULES_VERSION,
        files: results.map(({ file, decoded }) => ({
          file,
          verdict: decoded.verdict,
          sha256: verdictDigest(decoded),
          // Looking again leaves what was admitted as it is.
          ...(queue === RESCAN_QUEUE ? {} : { forms: formsDigest(decoded.forms) }),
        })),
      },
      async (tx: Kysely<unknown>) => {
        for (const { file, decoded } of results)
          await putVerdict(tx, id, file, decoded, queue === RESCAN_QUEUE);
        const ids = jobs.map((job) => job.id);
        // Of an import the weights stay, for its progress; they go with the whole batch.
        await (queue === RESCAN_QUEUE ? host.jobs.remove(tx, ids) : host.jobs.takeUp(tx, ids));
      },
    );
    taken.push(...group);
  }
  return taken;
}
