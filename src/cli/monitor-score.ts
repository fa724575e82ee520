/** `sallyport monitor score`: verdicts on texts, each with the number of bad sources against which it stands. */
import { SallyportError } from '../core/index.ts';
import { lineageErrors } from '../ingress/index.ts';
import { monitorErrors, openMonitor, readMonitor } from '../monitor/index.ts';
import type { MonitorModel } from '../monitor/index.ts';
import { readGivenBytes } from './given-paths.ts';
import { needAdmittedSets, needRecorded } from './monitor-sets.ts';
import { showVerdicts } from './monitor-view.ts';
import { openSession } from './session.ts';
import { openPaint } from './terminal.ts';
import { openTextSet } from './text-sets.ts';

/** What the command takes. */
export interface ScoreCommandOptions {
  readonly text: string;
  readonly standing?: boolean;
  readonly url?: string;
  readonly token?: string;
  readonly pin?: string;
  readonly json?: boolean;
}

/** The exit status when some text was flagged, or could not be scored. */
const SOME_FLAGGED = 3;

/**
 * Throws when the gate has quarantined the monitor or does not know it, when a set of its header is not admitted any more,
 * or when it was recorded without one of them: what nobody recorded stands for nothing.
 */
async function needStanding(
  options: ScoreCommandOptions,
  digest: string,
  model: MonitorModel,
): Promise<void> {
  const session = openSession(options);
  const standing = await session.client.get<{
    readonly recall: string | null;
    readonly sets: readonly string[];
  }>(`/v1/lineage/standing/${digest}`);
  if (standing.recall !== null)
    throw lineageErrors.error('STANDING_LOST', { node: digest, recall: standing.recall });
  needRecorded(digest, await needAdmittedSets(session, model), standing.sets);
}

/** Judges every text; gives the exit status. */
export async function scoreCommand(
  file: string,
  paths: readonly string[],
  options: ScoreCommandOptions,
): Promise<number> {
  const { model, digest } = readMonitor(readGivenBytes(file), options.pin);
  if (options.standing === true) await needStanding(options, digest, model);
  const scorer = openMonitor(model);
  const paint = openPaint(process.stdout, process.env);
  const view = showVerdicts(model, digest, options.json === true, paint);
  process.stdout.write(view.head);
  let seen = 0;
  for (const path of paths) {
    const set = await openTextSet(path, { text: options.text, label: '', source: '' });
    for await (const { number, values, problem } of set.rows()) {
      const text = values[0];
      const place = { set: path, row: number };
      try {
        if (text === undefined) {
          const why = problem ?? `no field "${options.text}"`;
          throw monitorErrors.error('SET_UNREADABLE', { ...place, why });
        }
        const verdict = scorer.judge(text);
        if (verdict.verdict === 'flag') seen++;
        process.stdout.write(view.line(place, verdict, text));
      } catch (error) {
        if (!(error instanceof SallyportError)) throw error;
        seen++;
        process.stdout.write(view.failed(place, error));
      }
    }
  }
  process.stdout.write(view.foot());
  return seen > 0 ? SOME_FLAGGED : 0;
}
