/** Short forms of `sallyport change`: what people change most, without writing JSON. */
import type { Command } from 'commander';
import { cliErrors } from './errors.ts';
import { readGivenText } from './given-paths.ts';

/** The values of the short forms, each given any number of times. */
export interface ChangeForms {
  readonly policy?: string;
  readonly addPerson: readonly string[];
  readonly addKey: readonly string[];
  readonly setBudget: readonly string[];
  readonly setModel: readonly string[];
  readonly activateModel: readonly string[];
  readonly addDestination: readonly string[];
  readonly setCaps?: string;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds the options. */
export function withChangeForms(command: Command): Command {
  return command
    .option(
      '--add-person <id=file>',
      'add a person with the SSH public key in a file, such as dee=dee.pub',
      collect,
      [],
    )
    .option('--add-key <id=file>', 'add another SSH public key of a person', collect, [])
    .option(
      '--set-budget <name=rate>',
      'set a budget, such as `enclave=40 kB/day,burst=1 MB,lifetime=none`; what is left out stays',
      collect,
      [],
    )
    .option(
      '--set-model <name=parameters>',
      'declare a guarded model, new or anew, such as `large=70e9,bits=0.16,width=8192,vocabulary=128000`',
      collect,
      [],
    )
    .option('--activate-model <name>', 'let a model be used again that was stopped', collect, [])
    .option(
      '--add-destination <project/name>',
      'add a destination to a project; with `=NUMBER` if it is not to be the next one',
      collect,
      [],
    )
    .option('--set-caps <names>', 'the published caps that cut budgets down: SL3,SL4,SL5 or none')
    .option(
      '--policy <file>',
      'put the Cedar policies of this file in force; `shipped` for those that this version of the gate ships',
    );
}

function refuse(option: string, value: string, why: string): never {
  throw cliErrors.error('OPTION_INVALID', { value: value.slice(0, 80), option, why });
}

/** Cuts `NAME=VALUE` at its first `=`. */
function cut(option: string, value: string): readonly [string, string] {
  const at = value.indexOf('=');
  if (at < 1 || at === value.length - 1) refuse(option, value, 'it is not of the form NAME=VALUE');
  return [value.slice(0, at).trim(), value.slice(at + 1).trim()];
}

/** Cuts `VALUE,word=VALUE…`; a comma inside a number is none of these. */
function cutParts(
  option: string,
  value: string,
  words: readonly string[],
): { readonly first: string | null; readonly parts: Readonly<Record<string, string>> } {
  let first: string | null = null;
  const parts: Record<string, string> = {};
  for (const [at, piece] of value.split(/,(?=\s*[a-z]+=)/).entries()) {
    const word = words.find((each) => piece.trim().startsWith(`${each}=`));
    if (word !== undefined) parts[word] = cut(option, piece.trim())[1];
    else if (at === 0 && !/^[a-z]+=/.test(piece)) first = piece.trim();
    else refuse(option, piece, `it names none of ${words.join(', ')}`);
  }
  return { first, parts };
}

function readKey(option: string, value: string): { id: string; key: object } {
  const [id, file] = cut(option, value);
  const [type = '', blob = '', ...comment] = readGivenText(file).trim().split(/\s+/);
  if (blob === '' || type.startsWith('-----'))
    refuse(option, file, 'it holds no line of an SSH public key');
  const label = comment.join(' ').slice(0, 200);
  return { id, key: { publicKey: `${type} ${blob}`, ...(label === '' ? {} : { label }) } };
}

function readCount(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value.replaceAll(/[_,]/g, ''));
  return Number.isSafeInteger(count) ? count : refuse(option, value, 'it is no whole number');
}

function readBudget(value: string): object {
  const option = '--set-budget';
  const [budget, rest] = cut(option, value);
  const { first, parts } = cutParts(option, rest, ['rate', 'burst', 'lifetime']);
  const { rate = first, burst, lifetime } = parts;
  return {
    op: 'budget.set',
    budget,
    ...(rate === null ? {} : { rate }),
    ...(burst === undefined ? {} : { burst }),
    ...(lifetime === undefined ? {} : { lifetime: lifetime === 'none' ? null : lifetime }),
  };
}

function readModel(value: string): object {
  const option = '--set-model';
  const [id, rest] = cut(option, value);
  const { first, parts } = cutParts(option, rest, ['parameters', 'bits', 'width', 'vocabulary']);
  const { parameters = first, bits } = parts;
  const hiddenWidth = readCount(option, parts['width']);
  const vocabulary = readCount(option, parts['vocabulary']);
  return {
    op: 'model.set',
    id,
    ...(parameters === null ? {} : { parameters }),
    ...(bits === undefined ? {} : { bitsPerParameter: bits }),
    ...(hiddenWidth === undefined ? {} : { hiddenWidth }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
  };
}

function readDestination(value: string): object {
  const option = '--add-destination';
  const [, project, name, number] = /^([^/=]+)\/([^/=]+)(?:=([0-9]+))?$/.exec(value) ?? [];
  if (project === undefined || name === undefined)
    return refuse(option, value, 'it is not of the form PROJECT/NAME or PROJECT/NAME=NUMBER');
  const given = readCount(option, number);
  return {
    op: 'destination.add',
    project,
    name,
    ...(given === undefined ? {} : { number: given }),
  };
}

function readPolicy(file: string): object {
  if (file === 'shipped') return { op: 'policy.shipped' };
  return { op: 'policy.set', text: readGivenText(file) };
}

/** The steps that the short forms stand for, in the order of the help text. */
export function readForms(forms: ChangeForms): readonly object[] {
  const { policy, setCaps } = forms;
  return [
    ...forms.addPerson.map((value) => {
      const { id, key } = readKey('--add-person', value);
      return { op: 'person.add', id, name: id, keys: [key] };
    }),
    ...forms.addKey.map((value) => {
      const { id: person, key } = readKey('--add-key', value);
      return { op: 'key.add', person, key };
    }),
    ...forms.setBudget.map(readBudget),
    ...forms.setModel.map(readModel),
    ...forms.activateModel.map((id) => ({ op: 'model.activate', id })),
    ...forms.addDestination.map(readDestination),
    ...(setCaps === undefined
      ? []
      : [{ op: 'caps.set', caps: setCaps === 'none' ? [] : setCaps.split(',') }]),
    ...(policy === undefined ? [] : [readPolicy(policy)]),
  ];
}
