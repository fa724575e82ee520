/** `sallyport imports screen|screenings|exclude|exclusions`: looking for poison in an import at the gate. */
import type { Command } from 'commander';
import { sayCount } from '../core/index.ts';
import type { ExclusionsShown, ScreeningDetails, ScreeningShown } from '../http/index.ts';
import type { RowRule } from '../ingress/index.ts';
import { cliErrors } from './errors.ts';
import { needOutput, writeGiven } from './given-paths.ts';
import { showFindings } from './screen-view.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';
import { formatCount, showSafely } from './terminal.ts';

interface ScreenOptions extends SessionOptions {
  readonly text: string;
  readonly label: string;
  readonly source: string;
  readonly monitor?: string;
}

const POLL_MS = 500;
const COLUMNS = 100;
/** Exit statuses: something is for a person to judge. */
const INCONCLUSIVE = 4;

/** Adds the commands. */
export function registerScreening(imports: Command): void {
  withSession(
    imports
      .command('screen')
      .description(
        'Screen the text sets of a decoded import at the gate, without what is excluded, and wait for the report. Exit status 4 when something is for a person to judge',
      )
      .argument('<import>', 'its id')
      .option('--text <field>', 'the field that holds the text', 'text')
      .option('--label <field>', 'the field that holds the label', 'label')
      .option('--source <field>', 'the field that names the source', 'source')
      .option('--monitor <description>', 'a description of the monitor that the text is for'),
  ).action(async (id: string, options: ScreenOptions) => {
    const session = openSession(options);
    const { text, label, source, monitor = null } = options;
    const path = `/v1/imports/${encodeURIComponent(id)}/screenings`;
    const asked = await session.client.send<ScreeningShown>('POST', path, {
      ...{ text, label, source, monitor },
    });
    const details = await waitFor(session, asked.id);
    session.print(details, () => showDetails(session, details));
    process.exitCode = details.screening.verdict === 'clean' ? 0 : INCONCLUSIVE;
  });
  withSession(
    imports.command('screenings').description('Screenings in your projects, newest first.'),
  ).action(async (options: SessionOptions) => {
    const session = openSession(options);
    const answer = await session.client.get<{ screenings: readonly ScreeningShown[] }>(
      '/v1/screenings',
    );
    session.print(answer, () =>
      layOut([
        ['ID', 'IMPORT', 'AT', 'STATE', 'VERDICT', 'DOCUMENTS', 'HELD'],
        ...answer.screenings.map((each) => [
          ...[each.id, each.import, each.askedAt, each.state, each.verdict ?? '-'],
          ...[formatCount(each.documents ?? 0), formatCount(each.held ?? 0)],
        ]),
      ]),
    );
  });
  registerExclusions(imports);
}

interface ExcludeOptions extends SessionOptions {
  readonly rows?: readonly string[];
  readonly why: string;
  readonly back?: boolean;
}

function registerExclusions(imports: Command): void {
  withSession(
    imports
      .command('exclude')
      .description(
        'Take documents out of an import, or all rows of one source, or take them back in. Whoever trains on it has to leave them out.',
      )
      .argument('<import>', 'its id')
      .argument('[documents...]', 'ids as a screening shows them (doc_…)')
      .option(
        '--rows <field=value...>',
        'all rows that hold this value in this field, such as source=desk-9',
      )
      .requiredOption('--why <text>', 'goes into the ledger')
      .option('--back', 'take them back in'),
  ).action(async (id: string, documents: readonly string[], options: ExcludeOptions) => {
    await exclude(id, documents, options);
  });
  withSession(
    imports
      .command('exclusions')
      .description('What is excluded of an import; as a list for --exclude with --out.')
      .argument('<import>', 'its id')
      .option('--out <file>', 'where the list is written'),
  ).action(async (id: string, options: SessionOptions & { out?: string }) => {
    needOutput(options.out);
    const session = openSession(options);
    const path = `/v1/imports/${encodeURIComponent(id)}/exclusions`;
    const answer = await session.client.get<ExclusionsShown>(path);
    const { spellRowRule, writeExclusions } = await loadIngress();
    const spell = ({ document, rows }: Exclusion): string =>
      rows === null ? (document ?? '') : spellRowRule(rows);
    if (options.out !== undefined)
      writeGiven(
        options.out,
        writeExclusions(answer.exclusions.map((each) => ({ ...each, what: spell(each), atMs: 0 }))),
      );
    session.print(answer, () => [
      ...answer.exclusions.map(
        (each) => `${showSafely(spell(each))}  ${each.by}  ${showSafely(each.why)}`,
      ),
      ...(options.out === undefined ? [] : [options.out]),
    ]);
  });
}

type Exclusion = ExclusionsShown['exclusions'][number];

/** Only when it is needed: most commands about imports start without the decoders. */
const loadIngress = async () => import('../ingress/index.ts');

function readRule(given: string): RowRule {
  const at = given.indexOf('=');
  if (at > 0) return { field: given.slice(0, at), value: given.slice(at + 1) };
  const why = 'it is no field, =, and a value';
  throw cliErrors.error('OPTION_INVALID', { option: '--rows', value: given, why });
}

async function exclude(
  id: string,
  documents: readonly string[],
  options: ExcludeOptions,
): Promise<void> {
  const strange = documents.find((each) => !/^doc_[0-9a-f]{24}$/.test(each));
  if (strange !== undefined) {
    const why = 'it is no id of a document, which is `doc_` and 24 digits from 0 to f';
    throw cliErrors.error('OPTION_INVALID', { option: 'documents', value: strange, why });
  }
  const rows = (options.rows ?? []).map(readRule);
  if (documents.length + rows.length === 0) {
    const why = 'name documents, or rows with --rows';
    throw cliErrors.error('OPTION_INVALID', { option: 'documents', value: '', why });
  }
  const session = openSession(options);
  const path = `/v1/imports/${encodeURIComponent(id)}/exclusions`;
  const take = options.back === true ? 'back' : 'out';
  const answer = await session.client.send<ExclusionsShown>('POST', path, {
    ...{ documents, rows, take, why: options.why },
  });
  const ruled = answer.exclusions.flatMap(({ rows }) => (rows === null ? [] : [rows]));
  const single = answer.exclusions.length - ruled.length;
  const { spellRowRule } = await loadIngress();
  session.print(answer, () => [
    `${sayCount(single, 'document is', 'documents are')} excluded of ${id}`,
    ...ruled.map(
      (each) => `and every row of ${showSafely(spellRowRule(each).slice('rows '.length))}`,
    ),
  ]);
}

async function waitFor(session: Session, id: string): Promise<ScreeningDetails> {
  for (;;) {
    const details = await session.client.get<ScreeningDetails>(`/v1/screenings/${id}`);
    if (details.screening.state !== 'running') return details;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function showDetails(session: Session, { screening, report }: ScreeningDetails): readonly string[] {
  const { id, reason } = screening;
  if (report === null)
    return [session.paint('red', `${id} failed: ${reason ?? 'no reason given'}`)];
  const { paint } = session;
  return [
    ...showFindings(report.findings, { columns: COLUMNS, paint }),
    `${id}: ${report.verdict}, ${sayCount(report.documents, 'document')}, ${formatCount(report.excluded)} excluded`,
  ];
}
