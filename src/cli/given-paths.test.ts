/** Every path that a command takes is refused with a typed error when it cannot be used, and never with a stack trace. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Command } from 'commander';
import type { Argument, Option } from 'commander';
import { SallyportError } from '../core/index.ts';
import { COMMANDS } from './commands.ts';
import { namedPathFault, needOutput, readGivenText } from './given-paths.ts';

/** What stands for a path between the brackets of an option or an argument. */
const PATH_NAMES =
  /^(name=)?(file|files|dir|folder|frame|report|path|paths|sets|cases|first|second|package)$/;
/** Where a command has a reason of its own for a path that cannot be used. */
const OWN_CODES =
  /^CLI_PATH_UNREADABLE$|^POSTURE_ASSESSMENT_MISSING$|^SCAN_OUT_UNUSABLE$|^OUTER_NOT_SET_UP$|^APP_DATA_MISSING$|^APP_CONFIG_UNREADABLE$/;
/** Uses whose command line is refused, by a typed error too, before anything asks for the path; the reason stands beside. */
const REFUSED_BEFORE: Readonly<Record<string, string>> = {
  'approve --key': 'HTTP_GATE_UNREACHABLE',
  'approve --view': 'HTTP_GATE_UNREACHABLE',
  'break-glass --key': 'HTTP_GATE_UNREACHABLE',
  'break-glass --view': 'HTTP_GATE_UNREACHABLE',
  'edit --drop': 'HTTP_GATE_UNREACHABLE', // a name in the release, not a path
  'import --signature': 'CLI_OPTION_INVALID', // belongs together with --sums
  'import --sums': 'CLI_OPTION_INVALID',
  'login --key': 'HTTP_GATE_UNREACHABLE',
  'monitor evaluate --vouched': 'MONITOR_SET_UNREADABLE', // the set before it is none
  'monitor train --vouched': 'MONITOR_SET_UNADMITTED', // no statement belongs to the set
  'policy explain --policies': 'CLI_OPTION_INVALID', // names nobody
  'policy explain --schema': 'CLI_OPTION_INVALID',
  'policy explain --world': 'CLI_OPTION_INVALID',
  'posture init folder': 'CLI_OPTION_INVALID', // asks on a terminal
  'posture report folder': 'CLI_OPTION_INVALID', // names nothing to write
  'scenario compare second': 'SCENARIO_FIELDS_INVALID', // the first one is none
  'witness run --data': 'CLI_OPTION_INVALID', // the key of the log is none
};
/**
 * A configuration may be shown for a folder that is not there yet; a receipt that is none has no files; a scan says of each
 * path that it cannot be read, and goes on.
 */
const NOT_ASKED = new Set(['config show --data', 'receipt verify --files', 'scan paths']);

interface Use {
  readonly command: Command;
  readonly given: Option | Argument;
}

const nameOf = (given: Option | Argument): string =>
  'flags' in given ? (/[<[]([^>\]]+?)(\.\.\.)?[>\]]/.exec(given.flags)?.[1] ?? '') : given.name();

const takesPath = (given: Option | Argument): boolean => PATH_NAMES.test(nameOf(given));

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

async function buildProgram(): Promise<Command> {
  const program = new Command('sallyport');
  for (const module of COMMANDS) (await module.load())(program);
  return program;
}

function findUses(program: Command): Use[] {
  return leaves(program).flatMap((command) => {
    const above = command.parent?.options ?? [];
    const given = [...command.registeredArguments, ...command.options, ...above];
    return given.filter(takesPath).map((each) => ({ command, given: each }));
  });
}

describe('paths that people give', () => {
  let dir = '';
  let cwd = '';
  before(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'sallyport-paths-'));
    writeFileSync(path.join(dir, 'file'), '{}');
    cwd = process.cwd();
    process.chdir(dir);
  });
  after(() => {
    process.chdir(cwd);
    rmSync(dir, { recursive: true, force: true });
  });

  /** The command line of a use, with a path below a file, which can be neither read nor written. */
  function lineOf({ command, given }: Use): string[] {
    const valueFor = (each: Option | Argument): string => {
      const name = nameOf(each);
      const value = each === given ? 'file/absent' : takesPath(each) ? 'file' : 'x';
      return name.startsWith('name=') ? `x=${value}` : value;
    };
    const needed = command.options.filter((each) => each.mandatory || each === given);
    const above = 'flags' in given && !command.options.includes(given) ? [given] : [];
    return [
      ...pathOf(command),
      ...command.registeredArguments
        .filter((each) => each.required || each === given)
        .map((each) => (each.name() === 'kind' ? 'file' : valueFor(each))),
      ...[...needed, ...above].flatMap((each) => [each.long ?? '', valueFor(each)]),
      ...(command.options.some(({ long }) => long === '--url') ? ['--url', 'http://[::1]:1'] : []),
    ];
  }

  async function refusalOf(line: readonly string[]): Promise<unknown> {
    const program = await buildProgram();
    for (const each of [program, ...leaves(program)]) each.exitOverride();
    try {
      await program.parseAsync(['node', 'sallyport', ...line]);
      return undefined;
    } catch (error) {
      return namedPathFault(error);
    } finally {
      process.exitCode = undefined;
    }
  }

  it('are refused with a typed error, each of every command', async () => {
    const uses = findUses(await buildProgram());
    assert.ok(uses.length > 70, `only ${String(uses.length)} uses were found`);
    const faults: string[] = [];
    for (const use of uses) {
      const line = lineOf(use);
      const error = await refusalOf(line);
      const what = 'flags' in use.given ? (use.given.long ?? '') : use.given.name();
      const name = [...pathOf(use.command), what].join(' ');
      if (NOT_ASKED.has(name) && error === undefined) continue;
      const before = REFUSED_BEFORE[name];
      const wanted = before === undefined ? OWN_CODES : new RegExp(`^${before}$`);
      if (error instanceof SallyportError && wanted.test(error.code)) continue;
      const said = error instanceof SallyportError ? error.code : String(error);
      faults.push(`${line.join(' ')}: ${said}`);
    }
    assert.deepEqual(faults, []);
    assert.equal(existsSync('x'), false);
  });

  it('say why', () => {
    const whys: [() => unknown, RegExp][] = [
      [() => readGivenText('absent'), /cannot use `absent`: it does not exist/],
      [() => readGivenText('.'), /cannot use `\.`: it is a folder and not a file/],
      [() => readGivenText('file/x'), /a part of it is a file/],
      [() => readGivenText('x'.repeat(300)), /its name is too long/],
      [
        () => {
          needOutput('absent/x');
        },
        /its folder does not exist/,
      ],
      [
        () => {
          needOutput('.');
        },
        /it is a folder/,
      ],
    ];
    for (const [use, message] of whys) {
      assert.throws(use, { code: 'CLI_PATH_UNREADABLE', message });
    }
  });

  it('pass on what is no fault of a path', () => {
    const fault = new TypeError('broken');
    assert.equal(namedPathFault(fault), fault);
  });
});
