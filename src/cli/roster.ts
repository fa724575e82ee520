/** `sallyport roster …`: who may approve with which key, and the chain that anybody can verify. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { sha256, utf8 } from '../core/index.ts';
import { readRoster, rosterErrors, verifySshsig } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import {
  APPROVAL_NAMESPACE,
  FOUNDING_NAMESPACE,
  checkChain,
  readLinks,
} from '../requests/index.ts';
import type { StoredLink } from '../requests/index.ts';
import { innerLog, withStore } from './data-folder.ts';
import type { DataOptions } from './data-folder.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';

interface RosterShown {
  readonly version: number;
  readonly sha256: string;
  readonly document: {
    people: { id: string; name: string; keys: unknown[] }[];
    groups: { id: string; members: string[] }[];
    rules: { kind: string; tier: string; quorum: string }[];
  };
}

interface ChainOptions extends DataOptions {
  readonly founding?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** A link with the people whose keys made its signatures. */
interface SignedLink {
  readonly link: StoredLink;
  readonly namespace: string;
  readonly signers: readonly string[];
  /** The lines of an `allowed_signers` file. */
  readonly allowed: readonly string[];
}

/** Adds the commands. */
export function registerRoster(program: Command): void {
  const group = program
    .command('roster')
    .description('Who may approve with which key, under which rules.');
  withSession(group.command('show').description('The version in force.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const shown = await session.client.get<RosterShown>('/v1/roster');
      session.print(shown, () => showRoster(shown));
    },
  );
  group
    .command('chain')
    .description(
      'Verify every version since the founding, from the data folder alone; with --out write each with its signatures, for `ssh-keygen -Y verify`.',
    )
    .option('--data <dir>', 'the gate’s data folder (default $SALLYPORT_DATA or .sallyport)')
    .option('--founding <sha256>', 'the digest of version 1 that you kept')
    .option('--out <dir>', 'a folder for N.roster.json, N.request.json and N.PERSON.sig')
    .option('--json', 'print one JSON object per version')
    .action(chain);
}

function showRoster({ version, sha256: digest, document }: RosterShown): readonly string[] {
  const groupsOf = (id: string): string =>
    document.groups
      .filter((group) => group.members.includes(id))
      .map((group) => group.id)
      .join(', ');
  return [
    `roster version ${String(version)}, ${digest}`,
    ...layOut([
      ['  person', 'keys', 'groups', 'name'],
      ...document.people.map((each) => [
        `  ${each.id}`,
        String(each.keys.length),
        groupsOf(each.id),
        each.name,
      ]),
    ]),
    ...layOut([
      ['  kind', 'tier', 'quorum'],
      ...document.rules.map((each) => [`  ${each.kind}`, each.tier, each.quorum]),
    ]),
  ];
}

async function chain(options: ChainOptions): Promise<void> {
  const place = innerLog(options);
  const links = await withStore(place, (store) => store.read((db) => readLinks(db)));
  const [first] = links;
  if (first === undefined) throw rosterErrors.error('NOT_FOUNDED');
  checkChain(links, options.founding ?? sha256(first.document));
  const signed = links.map((link, i) => signersOf(link, links[i - 1]));
  for (const each of signed) {
    if (options.out !== undefined) writeLink(options.out, each);
    const { link, signers } = each;
    const digest = sha256(link.document);
    const said = {
      version: link.version,
      sha256: digest,
      at: readRoster(link.document).at,
      signers,
    };
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(said)}\n`
        : `  version ${String(said.version)}  ${digest}  ${said.at}  signed by ${signers.join(', ')}\n`,
    );
  }
  if (options.json === true) return;
  const held =
    options.founding === undefined
      ? 'Compare the digest of version 1 with the one that you kept at the founding.'
      : 'Version 1 is the one that you named.';
  process.stdout.write(`verified: each version follows from the one before. ${held}\n`);
}

/** Whose keys signed a link; its genuineness was checked before. */
function signersOf(link: StoredLink, before: StoredLink | undefined): SignedLink {
  const rosters: Roster[] = [
    readRoster(link.document),
    ...(before === undefined ? [] : [readRoster(before.document)]),
  ];
  const people = rosters.flatMap((roster) => roster.people);
  const namespace = link.subject === null ? FOUNDING_NAMESPACE : APPROVAL_NAMESPACE;
  const message = utf8(link.subject ?? link.document);
  const origins = rosters.flatMap((roster) => roster.origins);
  const signers = link.signatures.map((signature) => {
    const verified = verifySshsig({ signature, message, namespace, origins });
    const fingerprint = verified.ok ? verified.publicKey.fingerprint : '';
    const holder = people.find((each) => each.keys.some((key) => key.id === fingerprint));
    return holder?.id ?? 'nobody';
  });
  const lines = people.flatMap((person) =>
    person.keys.map((key) => `${person.id} namespaces="${namespace}" ${key.publicKey}`),
  );
  return { link, namespace, signers, allowed: [...new Set(lines)] };
}

function writeLink(dir: string, { link, signers, allowed }: SignedLink): void {
  mkdirSync(dir, { recursive: true });
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(dir, `${String(link.version)}.${name}`), text);
  };
  write('roster.json', link.document);
  if (link.subject !== null) write('request.json', link.subject);
  write('allowed_signers', allowed.map((line) => `${line}\n`).join(''));
  for (const [i, signer] of signers.entries()) write(`${signer}.sig`, link.signatures[i] ?? '');
}
