/** `sallyport posture`: how far the organisation is from each security level, from a folder and a live gate. */
import path from 'node:path';
import type { Command } from 'commander';
import {
  SallyportError,
  fromUtf8,
  isoTime,
  sha256,
  systemClock,
  systemRandom,
} from '../core/index.ts';
import { CHANNELS, codecWall, playChannel } from '../egress/index.ts';
import {
  diffPosture,
  evaluate,
  newestWaiting,
  planProfiles,
  postureErrors,
  readAnswers,
  readGate,
  shippedCatalogue,
  showAttack,
  showPosture,
  showRoadmap,
  verifyPackage,
  writeAssessment,
} from '../posture/index.ts';
import type { ExfilOutcome, InitAnswers, PlanChange, Posture } from '../posture/index.ts';
import { cliErrors } from './errors.ts';
import { askQuestions } from './posture-ask.ts';
import {
  DEFAULT_FOLDER,
  hasAssessment,
  judgeFolder,
  listFiles,
  momentOption,
  openAssessment,
  readBytes,
  writeText,
} from './posture-folder.ts';
import { capsTable, showAttackView, showCapsView, showRoadmapView } from './posture-ahead-view.ts';
import { registerPostureReport } from './posture-report.ts';
import { showChanges, showLevels, showPackage, showReading, showVerdict } from './posture-view.ts';
import { readKeyOption } from './receipt.ts';
import { openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { openPaint, openProgress } from './terminal.ts';

/** The exit status when a package does not verify. */
const NOT_VALID = 3;

/** Adds the commands. */
export function registerPosture(program: Command): void {
  const group = program
    .command('posture')
    .summary('how far from each security level')
    .description(
      'Assess security against RAND’s levels, the SL5 standard and others, from evidence. Works on a folder; no gate needed. Self-assessed, never certified.',
    );
  registerInit(group);
  registerAssess(group);
  registerShow(group);
  group
    .command('diff')
    .description('Show what changed: between two folders, or in one folder between two dates')
    .argument('[folder]', 'the assessment (default ./posture)')
    .argument('[other]', 'a newer copy of it')
    .option('--from <date>', 'as of this date, on the older side')
    .option('--to <date>', 'as of this date, on the newer side')
    .option('--json', 'print JSON')
    .action(
      (
        folder: string | undefined,
        other: string | undefined,
        options: { from?: string; to?: string; json?: boolean },
      ) => {
        const before = evaluate(openAssessment(folder), momentOption(options.from, '--from'));
        const after = evaluate(openAssessment(other ?? folder), momentOption(options.to, '--to'));
        const changes = diffPosture(before, after);
        const paint = openPaint(process.stdout, process.env);
        print(options.json === true, changes, () => showChanges(paint, changes));
      },
    );
  registerPostureReport(group);
  registerVerify(group);
}

function print(json: boolean, value: unknown, lines: () => readonly string[]): void {
  process.stdout.write(`${json ? JSON.stringify(value) : lines().join('\n')}\n`);
}

interface ShowOptions {
  readonly at?: string;
  readonly attack?: boolean;
  readonly roadmap?: boolean;
  readonly caps?: boolean;
  readonly engineers?: string;
  readonly drop?: string[];
  readonly json?: boolean;
}

const ENGINEERS_MAX = 10_000;

/** A change of the plan that somebody asks about; unknown measures and senseless numbers are refused. */
function readPlanChange(posture: Posture, options: ShowOptions): PlanChange {
  const { engineers, drop = [] } = options;
  const people = engineers === undefined ? undefined : Number(engineers);
  if (
    people !== undefined &&
    !(Number.isInteger(people) && people >= 1 && people <= ENGINEERS_MAX)
  ) {
    const why = `not a whole number from 1 to ${String(ENGINEERS_MAX)}`;
    throw cliErrors.error('OPTION_INVALID', { option: '--engineers', value: engineers ?? '', why });
  }
  for (const value of drop) {
    if (posture.assessment.catalogue.measures.has(value)) continue;
    const why = 'there is no such measure';
    throw cliErrors.error('OPTION_INVALID', { option: '--drop', value, why });
  }
  return { engineers: people, drop };
}

function registerShow(group: Command): void {
  group
    .command('show')
    .description('Show the verdict: level by environment, what holds it back, open attack vectors')
    .argument('[folder]', 'the assessment (default ./posture)')
    .option('--at <date>', 'as of a date instead of now')
    .option('--attack', 'every attack vector against every class of attacker, with layers counted')
    .option('--roadmap', 'when each level is reached, what decides it, what a change would save')
    .option(
      '--engineers <count>',
      'show the roadmap (as --roadmap does) with so many instead of those of the plan',
    )
    .option(
      '--drop <measure...>',
      'show the roadmap (as --roadmap does) and what it saves to leave these out',
    )
    .option(
      '--caps',
      'published caps for models of 1 and 10 TB, and what compression makes of them',
    )
    .option('--json', 'print JSON')
    .action((folder: string | undefined, options: ShowOptions) => {
      const posture = judgeFolder(folder, options.at);
      const paint = openPaint(process.stdout, process.env);
      const roadmap = options.roadmap ?? (options.engineers ?? options.drop) !== undefined;
      const plans = roadmap ? planProfiles(posture, readPlanChange(posture, options)) : [];
      const shown = {
        ...showPosture(posture),
        ...(options.attack === true ? { attack: showAttack(posture) } : {}),
        ...(roadmap ? { roadmap: plans.map(showRoadmap) } : {}),
        ...(options.caps === true ? { caps: capsTable() } : {}),
      };
      print(options.json === true, shown, () => [
        ...showVerdict(paint, posture),
        ...(options.attack === true ? showAttackView(paint, posture) : []),
        ...(roadmap ? showRoadmapView(paint, posture, plans, newestWaiting(posture)) : []),
        ...(options.caps === true ? showCapsView(paint) : []),
      ]);
    });
}

interface InitOptions {
  readonly answers?: string;
  readonly yes?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
}

function registerInit(group: Command): void {
  group
    .command('init')
    .description('Start an assessment: thirty questions decide most, the rest stays unknown')
    .argument('[folder]', 'where to write it (default ./posture)')
    .option('--answers <file>', 'take the answers from a YAML or JSON file instead of asking')
    .option('--yes', 'ask nothing; everything is unknown')
    .option('--list', 'print the questions as an answers file to fill in')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, options: InitOptions) => {
      const catalogue = shippedCatalogue();
      if (options.list === true) {
        if (options.json === true) {
          const { questions } = catalogue;
          print(true, { questions: questions.map(({ id, text }) => ({ id, text })) }, () => []);
          return;
        }
        const lines = catalogue.questions.map(
          (each) => `  # ${each.text}\n  ${each.id}: unknown # yes, partly, no, not-applicable`,
        );
        process.stdout.write(
          `organisation: Our organisation\nowner: security lead\nanswers:\n${lines.join('\n')}\n`,
        );
        return;
      }
      const place = folder ?? DEFAULT_FOLDER;
      if (hasAssessment(place)) throw postureErrors.error('ASSESSMENT_PRESENT', { folder: place });
      const answers = await takeAnswers(options);
      const now = systemClock.nowMs();
      const written: string[] = [];
      for (const [file, text] of writeAssessment(answers, catalogue, now)) {
        writeText(path.join(place, file), text);
        written.push(path.join(place, file));
      }
      const posture = judgeFolder(place, undefined);
      print(options.json === true, { written, ...showPosture(posture) }, () => [
        ...written.map((file) => `wrote ${file}`),
        '',
        ...showLevels(openPaint(process.stdout, process.env), posture),
        '',
        `next: sallyport posture show ${place}; sallyport posture report ${place} --html posture.html`,
      ]);
    });
}

async function takeAnswers(options: InitOptions): Promise<InitAnswers> {
  const catalogue = shippedCatalogue();
  const parse = (text: string): InitAnswers => {
    const read = readAnswers(text, catalogue);
    if (read.ok) return read.answers;
    const { code, message, hint } = read;
    throw new SallyportError(code, { status: 400, message, hint }, {});
  };
  if (options.answers !== undefined) {
    return parse(fromUtf8(readBytes(options.answers, 1024 * 1024)) ?? '\u0000');
  }
  if (options.yes === true) return parse('{}');
  if (options.json === true || !process.stdin.isTTY || !process.stdout.isTTY) {
    const said = options.json === true ? '--json asks nothing' : 'there is no terminal to ask on';
    const why = `${said}; give --answers FILE or --yes`;
    throw cliErrors.error('OPTION_INVALID', { option: '--answers', value: '', why });
  }
  const streams = { input: process.stdin, output: process.stdout };
  return parse(JSON.stringify(await askQuestions(catalogue, streams)));
}

interface AssessOptions extends SessionOptions {
  readonly exfilTest?: boolean;
}

function registerAssess(group: Command): void {
  withSession(
    group
      .command('assess')
      .description(
        'Read evidence from a live gate into the folder, and judge it; what the gate does not say stays unknown',
      )
      .argument('[folder]', 'the assessment (default ./posture)')
      .option(
        '--exfil-test',
        'also play the steganographer suite against the codecs of this program',
      ),
  ).action(async (folder: string | undefined, options: AssessOptions) => {
    const session = openSession(options);
    const place = folder ?? DEFAULT_FOLDER;
    if (!hasAssessment(place)) throw postureErrors.error('ASSESSMENT_MISSING', { folder: place });
    const exfil = options.exfilTest === true ? await playSuite() : null;
    // One question first, so that a missing gate or token is said as such and not as nine collectors' silence.
    await session.client.get('/v1/whoami');
    const reading = await readGate(session.client, systemClock.nowMs(), exfil);
    const name = `${isoTime(Date.parse(reading.at)).replace(/[-:]|\.\d+/g, '')}.json`;
    const file = path.join(place, 'collected', name);
    writeText(file, `${JSON.stringify(reading, null, 2)}\n`);
    const posture = judgeFolder(place, undefined);
    session.print({ file, observations: reading.observations, ...showPosture(posture) }, () => [
      '',
      ...showReading(session.paint, reading),
      '',
      `  wrote ${file}; believed until ${reading.expires}`,
      ...(posture.assessment.head.gate.environments.length === 0
        ? [
            session.paint(
              'yellow',
              '  no environment is behind this gate yet: name them in assessment.yaml under gate.environments',
            ),
          ]
        : []),
      ...showVerdict(session.paint, posture),
    ]);
  });
}

async function playSuite(): Promise<ExfilOutcome> {
  const progress = openProgress(process.stderr, () => systemClock.nowMs());
  const notHeld: string[] = [];
  for (const [index, channel] of CHANNELS.entries()) {
    progress.show('exfil-test', index, CHANNELS.length);
    const result = await playChannel(channel, codecWall(), (count) => systemRandom.bytes(count));
    if (!result.held) notHeld.push(channel.name);
  }
  progress.end();
  return { atMs: systemClock.nowMs(), channels: CHANNELS.length, notHeld };
}

interface VerifyOptions {
  readonly key?: string;
  readonly evidence?: string;
  readonly json?: boolean;
}

function registerVerify(group: Command): void {
  group
    .command('verify')
    .description('Verify a readiness package offline: files, result, OSCAL, ledger receipts')
    .argument('<package>', 'the folder of the package')
    .option('--key <key>', 'the inner ledger’s public key, or a file that holds it, from elsewhere')
    .option('--evidence <folder>', 'folder with the evidence, to compare with the digests')
    .option('--json', 'print JSON')
    .action((folder: string, options: VerifyOptions) => {
      const files = new Map(
        listFiles(folder, 'refused').map((file) => [file, readBytes(path.join(folder, file))]),
      );
      const report = verifyPackage(files, {
        key: options.key === undefined ? null : readKeyOption(options.key),
        nowMs: systemClock.nowMs(),
        ...(options.evidence === undefined ? {} : { evidence: hashEvidence(options.evidence) }),
      });
      const paint = openPaint(process.stdout, process.env);
      print(options.json === true, report, () => showPackage(paint, report));
      if (!report.ok) process.exitCode = NOT_VALID;
    });
}

/** Digests by the paths that a manifest uses, whether the folder is the assessment or its `evidence` folder. */
function hashEvidence(folder: string): ReadonlyMap<string, string> {
  const digests = listFiles(folder).map(
    (file) => [file, sha256(readBytes(path.join(folder, file)))] as const,
  );
  const inside = digests.map(([file, sha]) => [`evidence/${file}`, sha] as const);
  return new Map([...inside, ...digests]);
}
