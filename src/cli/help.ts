/** How help shows commands: in groups by what one wants to do, and each in one phrase of the same shape. */
import { Option } from 'commander';
import type { Command } from 'commander';

/** Who adds a command names it here; a test holds the table to the commands there are. */
const GROUPS: readonly { readonly heading: string; readonly names: readonly string[] }[] = [
  { heading: 'Begin:', names: ['start', 'demo', 'found', 'login', 'logout', 'whoami', 'config'] },
  {
    heading: 'The way out:',
    names: ['quote', 'export', 'budget', 'window', 'receipt', 'outer', 'wire', 'exfil-test'],
  },
  {
    heading: 'The way in:',
    names: [
      ...['scan', 'screen', 'import', 'imports', 'inbox', 'source', 'lineage', 'recall', 'monitor'],
      'worker',
    ],
  },
  {
    heading: 'Requests and approvals:',
    names: [
      ...['request', 'approve', 'deny', 'return', 'edit', 'comment', 'break-glass', 'review'],
      ...['access', 'share', 'lock', 'unlock'],
    ],
  },
  {
    heading: 'People, projects and rules:',
    names: [
      ...['roster', 'change', 'policy', 'project', 'model', 'destination', 'principal', 'token'],
    ],
  },
  { heading: 'Records:', names: ['ledger', 'witness'] },
  { heading: 'How far from safe:', names: ['posture', 'scenario'] },
];

/** The heading under which help shows a command; undefined for one that is in no group. */
export function headingOf(name: string): string | undefined {
  return GROUPS.find((group) => group.names.includes(name))?.heading;
}

/** A description as a phrase: it begins small, unless it begins with a name or an abbreviation, and has no full stop. */
export function phraseOf(text: string): string {
  const first = /^[A-Z](?=[a-z’' ])/.exec(text)?.[0] ?? '';
  return first.toLowerCase() + text.slice(first.length).replace(/\.$/, '');
}

/** Shapes the help of the program; before commands are registered, because they inherit it. */
export function shapeHelp(program: Command): void {
  program.configureHelp({
    subcommandDescription: (command) => phraseOf(command.summary() || command.description()),
  });
}

/** What a deed is for and why it is done are asked by two names; each command takes the other one too, unseen. */
const SAME: Readonly<Record<string, string>> = { why: 'reason', reason: 'why' };

/** Lets `--why` and `--reason` stand for each other; after commands are registered. */
export function acceptSynonyms(command: Command): void {
  for (const each of command.commands) acceptSynonyms(each);
  const names = command.options.map((option) => option.attributeName());
  for (const name of names) {
    const other = SAME[name];
    if (other === undefined || names.includes(other)) continue;
    command.addOption(new Option(`--${other} <text>`).hideHelp());
    command.on(`option:${other}`, (value: string) => {
      command.setOptionValue(name, value);
    });
  }
}

/** Puts the commands of the program into their groups; after they are registered. */
export function groupCommands(program: Command): void {
  for (const command of program.commands) command.helpGroup(headingOf(command.name()) ?? 'Others:');
}
