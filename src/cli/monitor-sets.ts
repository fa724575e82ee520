/**
 * The sets that a monitor was trained on, as its own header names them: its digest pins them, so that nobody's word for
 * them is needed. Each is asked about at the gate; without an answer none of them stands.
 */
import { isRefusal } from '../core/index.ts';
import { lineageErrors } from '../ingress/index.ts';
import { monitorErrors } from '../monitor/index.ts';
import type { MonitorModel } from '../monitor/index.ts';
import type { Session } from './session.ts';

interface Standing {
  readonly import: string;
  readonly state: string;
  readonly covers: boolean;
}

/** A set of a monitor, and what became of its import. */
export interface MonitorSet {
  readonly name: string;
  readonly digest: string;
  readonly import: string;
  readonly state: string;
}

/** Gives the import of every set of a monitor; throws when this gate did not admit one of them to begin with. */
export async function readSets(
  { client }: Session,
  { lineage }: Pick<MonitorModel, 'lineage'>,
): Promise<readonly MonitorSet[]> {
  const sets = new Map<string, MonitorSet>();
  for (const { name, digest, statement } of lineage.sets) {
    const lost = (why: string): Error => monitorErrors.error('SET_LOST', { set: name, why });
    if (statement === null) throw lost('it was used without an admission');
    const standing = await client
      .get<Standing>(`/v1/admissions/${statement}?form=${digest}`)
      .catch((cause: unknown) => {
        if (isRefusal(cause) && cause.code === 'IMPORT_STATEMENT_INVALID')
          throw lost(cause.message);
        throw cause;
      });
    if (!standing.covers) throw lost('its statement admits other files');
    sets.set(standing.import, { name, digest, import: standing.import, state: standing.state });
  }
  return [...sets.values()];
}

/** The imports of the sets of a monitor; throws unless each of them is admitted at this moment. */
export async function needAdmittedSets(
  session: Session,
  model: Pick<MonitorModel, 'lineage'>,
): Promise<readonly string[]> {
  const sets = await readSets(session, model);
  const bad = sets.find(({ state }) => state !== 'admitted');
  if (bad !== undefined) {
    const why = `its import ${bad.import} is ${bad.state}`;
    throw monitorErrors.error('SET_LOST', { set: bad.name, why });
  }
  return sets.map((set) => set.import);
}

/** Throws unless what somebody named are exactly the sets of a monitor, each by its import or its digest. */
export function needSameSets(
  monitor: string,
  sets: readonly MonitorSet[],
  named: readonly string[],
): void {
  const names = (set: MonitorSet, given: string): boolean =>
    set.import === given || set.digest === given;
  const missing = sets.filter((set) => !named.some((given) => names(set, given)));
  const foreign = named.filter((given) => !sets.some((set) => names(set, given)));
  const wrong = [...missing.map((set) => set.import), ...foreign];
  if (wrong.length > 0)
    throw lineageErrors.error('SETS_DIFFER', {
      ...{ monitor, what: '--set', sets: wrong.join(', ') },
    });
}

/** Throws unless whoever recorded a monitor named every set of its header: a recall finds it through these. */
export function needRecorded(
  digest: string,
  imports: readonly string[],
  recorded: readonly string[],
): void {
  const missing = imports.filter((each) => !recorded.includes(each));
  if (missing.length > 0)
    throw lineageErrors.error('SETS_DIFFER', {
      ...{ monitor: digest, what: 'it is recorded with', sets: missing.join(', ') },
    });
}
