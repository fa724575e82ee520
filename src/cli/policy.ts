/** `sallyport policy …`: checks, tests and explains policies on files, without a gate; shows and replays those of a gate. */
import type { Command } from 'commander';
import {
  DEFAULT_POLICIES,
  DEFAULT_SCHEMA,
  checkPolicies,
  explain,
  openPolicy,
  parseCases,
  permissionMatrix,
  printMatrix,
  runCases,
  toQuestion,
  worldEntities,
} from '../policy/index.ts';
import type { MatrixRow, PolicyProblem, PolicySource } from '../policy/index.ts';
import { cliErrors } from './errors.ts';
import { readGivenText } from './given-paths.ts';
import { registerReplay } from './policy-replay.ts';
import { openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { formatCount, openPaint, showSafely } from './terminal.ts';

/** The exit status when policies have a problem, a case fails, or a question is denied. */
const NOT_GOOD = 3;

interface SourceOptions {
  readonly policies?: string;
  readonly schema?: string;
  readonly json?: boolean;
}

function readSource(options: SourceOptions): PolicySource {
  return {
    policies: options.policies === undefined ? DEFAULT_POLICIES : readGivenText(options.policies),
    schema: options.schema === undefined ? DEFAULT_SCHEMA : readGivenText(options.schema),
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

function describeProblem(problem: PolicyProblem): string {
  const { line, column, policy, text, message } = problem;
  const place = line === undefined ? text : `${text}:${line}:${column ?? 1}`;
  return `${place}: ${policy === undefined || policy === '' ? '' : `${policy}: `}${message}`;
}

function check(options: SourceOptions): number {
  const result = checkPolicies(readSource(options));
  if (options.json === true) {
    printJson({
      ...result,
      policies: result.policies.map(({ id, effect, says }) => ({ id, effect, says })),
    });
    return result.ok ? 0 : NOT_GOOD;
  }
  const paint = openPaint(process.stdout, process.env);
  for (const problem of result.problems) {
    const style = problem.severity === 'error' ? 'red' : 'yellow';
    print(`${paint(style, problem.severity)} ${showSafely(describeProblem(problem))}`);
  }
  const count = result.problems.filter(({ severity }) => severity === 'error').length;
  if (!result.ok) print(`${formatCount(count)} ${count === 1 ? 'error' : 'errors'}`);
  else print(`${paint('green', 'ok')} ${result.policies.length} policies, digest ${result.digest}`);
  return result.ok ? 0 : NOT_GOOD;
}

function test(file: string, options: SourceOptions): number {
  const policy = openPolicy(readSource(options));
  const { world, cases } = parseCases(readGivenText(file));
  const results = runCases(policy, world, cases);
  const failed = results.filter(({ problems }) => problems.length > 0);
  if (options.json === true) {
    printJson({ digest: policy.digest, passed: results.length - failed.length, failed });
    return failed.length === 0 && results.length > 0 ? 0 : NOT_GOOD;
  }
  const paint = openPaint(process.stdout, process.env);
  for (const { asked, decision, problems } of failed) {
    print(showSafely(`${asked.who} ${asked.does} ${asked.on}: ${problems.join('; ')}`));
    for (const line of explain(policy, decision)) print(`  ${paint('dim', showSafely(line))}`);
  }
  print(`${results.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 && results.length > 0 ? 0 : NOT_GOOD;
}

interface ExplainOptions extends SourceOptions {
  readonly world: string;
  readonly who: string;
  readonly does: string;
  readonly on: string;
  readonly with?: readonly string[];
}

/** `kind=export` as a text, `eligible=true` as a yes. */
function readContext(pairs: readonly string[]): Record<string, string | boolean | number> {
  const entries = pairs.map((pair): [string, string | boolean | number] => {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw cliErrors.error('OPTION_INVALID', {
        option: '--with',
        value: pair,
        why: 'it is not of the form name=value',
      });
    }
    const value = pair.slice(at + 1);
    const known = /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value;
    return [pair.slice(0, at), value === 'true' ? true : value === 'false' ? false : known];
  });
  return Object.fromEntries(entries);
}

function explainQuestion(options: ExplainOptions): number {
  for (const [option, value, form] of [
    ['--who', options.who, /^(person|agent|workload):.+$/],
    ['--on', options.on, /^(gate|(project|model|request):.+)$/],
  ] as const) {
    if (!form.test(value)) {
      throw cliErrors.error('OPTION_INVALID', {
        option,
        value,
        why: 'it is not of the form kind:name',
      });
    }
  }
  const policy = openPolicy(readSource(options));
  const { world } = parseCases(readGivenText(options.world));
  const { who, does, on } = options;
  const question = { who, does, on, with: readContext(options.with ?? []) };
  const decision = policy.authorise(toQuestion(question, worldEntities(world)));
  const lines = explain(policy, decision);
  if (options.json === true) printJson({ digest: policy.digest, ...decision, explanation: lines });
  else for (const line of lines) print(showSafely(line));
  return decision.allow ? 0 : NOT_GOOD;
}

interface ShowOptions extends SessionOptions {
  readonly shipped?: boolean;
  readonly schema?: boolean;
  readonly matrix?: boolean;
}

/** What the gate says about its policies. */
interface PolicyAnswer {
  readonly cedar: string;
  readonly sha256: string;
  readonly matrix: readonly MatrixRow[];
  readonly inForce: {
    readonly shipped: boolean;
    readonly version: number;
    readonly since: string;
    readonly request: string | null;
    readonly by: readonly string[];
  } | null;
}

function showShipped(options: ShowOptions): void {
  if (options.matrix === true)
    print(printMatrix(permissionMatrix(openPolicy({ policies: DEFAULT_POLICIES }))));
  else process.stdout.write(options.schema === true ? DEFAULT_SCHEMA : DEFAULT_POLICIES);
}

/** Where policies come from, on the error stream, so that the text alone goes into a file. */
function sayOrigin({ sha256, inForce }: PolicyAnswer): string {
  if (inForce === null) return `${sha256}, the shipped policies; the gate is not founded`;
  const { version, since, request, by, shipped } = inForce;
  const how = request === null ? 'the founding' : request;
  const newer = shipped ? ', the set that this version ships' : '';
  return `${sha256}${newer}, in force since ${since} (roster ${String(version)}, ${how}), signed by ${by.join(', ')}`;
}

async function show(options: ShowOptions): Promise<void> {
  if (options.shipped === true || options.schema === true) {
    showShipped(options);
    return;
  }
  const session = openSession(options);
  const answer = await session.client.get<PolicyAnswer>('/v1/policy');
  if (options.json === true) {
    printJson(answer);
    return;
  }
  if (options.matrix === true) {
    print(printMatrix(answer.matrix));
    return;
  }
  process.stderr.write(`${showSafely(sayOrigin(answer))}\n`);
  process.stdout.write(answer.cedar);
}

/** Adds the commands. */
export function registerPolicy(program: Command): void {
  const group = program
    .command('policy')
    .summary('show, check, test, explain and replay policies')
    .description(
      'Check, test and explain policies on files; show those in force on a gate, and replay its requests against a proposal',
    );
  const add = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .option('--policies <file>', 'the policies; the shipped ones by default')
      .option('--schema <file>', 'the schema; the shipped one by default')
      .option('--json', 'print one JSON object');
  registerReplay(group);
  withSession(
    group
      .command('show')
      .description('Print the policies in force on a gate, or the shipped ones')
      .option('--shipped', 'those that this program ships, without a gate')
      .option('--schema', 'the shipped schema instead, without a gate')
      .option('--matrix', 'who may do what instead, as a table'),
  ).action(show);
  add('check', 'Check policies strictly against the schema and name every problem').action(
    (options: SourceOptions) => {
      process.exitCode = check(options);
    },
  );
  add('test', 'Ask every question of a case file and compare the answers')
    .argument('<cases>', 'the case file')
    .action((file: string, options: SourceOptions) => {
      process.exitCode = test(file, options);
    });
  add('explain', 'Say in words how one question is decided and by which policies')
    .requiredOption('--world <file>', 'a case file; its world has the people and things')
    .requiredOption('--who <principal>', 'who asks: `person:ada`, `agent:bot`, `workload:ci`')
    .requiredOption('--does <action>', 'the action, such as `request.ask`')
    .requiredOption(
      '--on <thing>',
      'on what: `project:probe`, `model:large`, `request:one`, `gate`',
    )
    .option('--with <pairs...>', 'the context: `kind=export`, `eligible=true`')
    .action((options: ExplainOptions) => {
      process.exitCode = explainQuestion(options);
    });
}
