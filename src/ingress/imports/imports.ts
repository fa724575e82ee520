/**
 * The life of an import until people are asked: opened, announced, received in parts, decoded by jobs, asked. Every step
 * goes on after a crash where it stopped, through the same code.
 */
import type { Kysely } from 'kysely';
import { SallyportError, newId } from '../../core/index.ts';
import type { Clock, Random, Refusal } from '../../core/index.ts';
import type { Jobs } from '../../jobs/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Roster } from '../../people/index.ts';
import type { Store } from '../../store/index.ts';
import { sourceErrors } from '../sources/index.ts';
import type { Proof, SignedFor, Source, Sources } from '../sources/index.ts';
import { SCAN_RULES_VERSION } from '../version.ts';
import { cleanClosed, cleanRest } from './cleaning.ts';
import { RESCAN_QUEUE, decodeJob } from './decode-jobs.ts';
import { importErrors } from './errors.ts';
import {
  countFiles,
  findFiles,
  insertFiles,
  isHeldIn,
  listFiles,
  listOutdated,
  markReceived,
} from './file-store.ts';
import { IMPORT_FILES_MAX, OPEN_IMPORTS_MAX, checkFileName, partName } from './import.ts';
import type {
  AnnouncedImportFile,
  Import,
  ImportCounts,
  ImportFile,
  ImportState,
  OpenImport,
  ReceivedFile,
} from './import.ts';
import {
  changeImport,
  countOpen,
  findImportByKey,
  insertImport,
  listAbandoned,
  listImports,
  readImport,
  touchImport,
} from './import-store.ts';
import type { ImportFilter } from './import-store.ts';
import type { Quarantine } from './quarantine.ts';
import { receiveBytes, takeFile } from './receiving.ts';
import { findSigned } from './signed-for.ts';

/** What imports stand on. */
export interface ImportsHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly quarantine: Quarantine;
  readonly sources: Sources;
  readonly fileBytesMax: number;
  /** Whose keys people have; undefined before the founding. */
  readonly roster: () => Roster | undefined;
  /** Hears that there is something to decode. */
  readonly onWork: () => void;
}

const PAGE = 500;
const EXPIRED_AT_ONCE = 20;
const WHY_CHARACTERS_MAX = 4_000;
const OPEN_STATES: readonly ImportState[] = ['receiving', 'decoding', 'asked'];

/** The imports of one gate. */
export class Imports {
  readonly #host: ImportsHost;
  /** Announcements of one import are taken one after the other, so that every file has its own place. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(host: ImportsHost) {
    this.#host = host;
  }

  /** Opens an import; a second call with the same key and the same words gives the first one's. */
  async open(wish: OpenImport): Promise<Import> {
    const { ledger, clock, random, sources } = this.#host;
    const source = await sources.get(wish.source, wish.project);
    if (source.recalledMs !== null) throw sourceErrors.error('RECALLED', { source: source.name });
    const why = wish.why.trim();
    if (why === '' || why.length > WHY_CHARACTERS_MAX) {
      const problem = why === '' ? 'it has no reason' : 'its reason is longer than 4000 characters';
      throw importErrors.error('NAME_INVALID', { name: 'why', why: problem });
    }
    const draft: Import = {
      ...{ id: newId('imp', random), project: wish.project, source: source.id },
      ...{ requester: wish.requester, sponsor: wish.sponsor, key: wish.key, why },
      ...{ skipRefused: wish.skipRefused, state: 'receiving', request: null, proof: null },
      ...{ manifestSha256: null, statementSha256: null, openedMs: clock.nowMs() },
      ...{ admittedMs: null, recalledMs: null, signer: null, reason: null },
    };
    const { value } = await ledger.record<Import, unknown>(
      (held) =>
        held.id !== draft.id
          ? null
          : {
              kind: 'import.opened',
              by: wish.requester,
              ...{ import: draft.id, project: draft.project, source: draft.source, why },
              skipRefused: draft.skipRefused,
            },
      async (tx) => {
        const first = await findImportByKey(tx, wish.requester, wish.key);
        if (first !== undefined) return first;
        if ((await countOpen(tx, wish.requester)) >= OPEN_IMPORTS_MAX)
          throw importErrors.error('OPEN_FULL', { limit: OPEN_IMPORTS_MAX });
        await insertImport(tx, draft);
        return draft;
      },
    );
    const { project, skipRefused } = draft;
    if (value.project !== project || value.source !== draft.source)
      throw importErrors.error('KEY_REUSED');
    if (value.skipRefused !== skipRefused) throw importErrors.error('KEY_REUSED');
    // What people read and sign is what it was opened with; another reason must not look as if it had been taken.
    if (value.why !== why)
      throw importErrors.error('WHY_DIFFERS', { id: value.id, why: value.why.slice(0, 200) });
    return value;
  }

  /** One import; throws `IMPORT_NOT_FOUND`. */
  get(id: string): Promise<Import> {
    return this.#host.store.read((db: Kysely<unknown>) => readImport(db, id));
  }

  /** Imports, newest first. */
  list(filter: ImportFilter): Promise<readonly Import[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listImports(db, filter));
  }

  /** How many files, by what is known of them. */
  counts(id: string): Promise<ImportCounts> {
    return this.#host.store.read((db: Kysely<unknown>) => countFiles(db, id));
  }

  /** Announces files and says how much of each is here already. */
  announce(id: string, files: readonly AnnouncedImportFile[]): Promise<readonly ReceivedFile[]> {
    for (const { name, bytes } of files) {
      checkFileName(name);
      if (bytes > this.#host.fileBytesMax) {
        const why = `it is larger than ${String(this.#host.fileBytesMax)} bytes`;
        throw importErrors.error('NAME_INVALID', { name: name.slice(0, 80), why });
      }
    }
    return this.#inTurn(id, async () => {
      await this.#announce(id, files);
      const { store, quarantine } = this.#host;
      const names = files.map(({ name }) => name);
      const known = await store.read((db: Kysely<unknown>) => findFiles(db, id, names));
      const answers: ReceivedFile[] = [];
      for (const name of names) {
        const file = known.get(name);
        if (file === undefined) continue;
        const { position, bytes, received: done } = file;
        const received = done ? bytes : await quarantine.parts.size(partName(id, position));
        answers.push({ position, name, received, done });
      }
      return answers;
    });
  }

  async #announce(id: string, files: readonly AnnouncedImportFile[]): Promise<void> {
    const { store, jobs, quarantine, clock } = this.#host;
    const held = new Set<string>();
    for (const { sha256 } of files) if (await quarantine.originals.has(sha256)) held.add(sha256);
    const added = await store.write(async (tx: Kysely<unknown>) => {
      const { state, project } = await readImport(tx, id);
      if (state !== 'receiving')
        throw importErrors.error('STATE_WRONG', { id, event: 'add files to', state });
      const names = files.map(({ name }) => name);
      const known = await findFiles(tx, id, names);
      const fresh = files.filter(({ name, sha256, bytes }) => {
        const before = known.get(name);
        if (before === undefined) return true;
        if (before.sha256 === sha256 && before.bytes === bytes) return false;
        throw importErrors.error('NAME_TWICE', { name: name.slice(0, 200) });
      });
      if (new Set(names).size !== names.length)
        throw importErrors.error('NAME_TWICE', { name: 'one of these' });
      const { files: count } = await countFiles(tx, id);
      if (count + fresh.length > IMPORT_FILES_MAX)
        throw importErrors.error('FILES_FULL', { limit: IMPORT_FILES_MAX });
      await insertFiles(tx, id, count, fresh);
      await touchImport(tx, id, clock.nowMs());
      // What the project has sent before need not be sent again; another project's files are not even admitted to exist.
      const again: ImportFile[] = [];
      for (const [name, file] of await findFiles(tx, id, [...fresh.map((each) => each.name)])) {
        if (!held.has(file.sha256) || !(await isHeldIn(tx, project, file.sha256, file.bytes)))
          continue;
        await markReceived(tx, id, file.position);
        again.push({ ...file, name });
      }
      await jobs.add(
        tx,
        again.map((file) => decodeJob(id, file)),
      );
      return again.length;
    });
    if (added > 0) this.#host.onWork();
  }

  /** Takes bytes of a file from an offset on. The file is decoded as soon as it is whole. */
  receive(
    id: string,
    position: number,
    offset: number,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<ReceivedFile> {
    return receiveBytes(this.#host, id, position, offset, chunks);
  }

  /** Takes a file that is whole on the disk of the quarantine already; throws when it is another one. */
  take(id: string, position: number, file: string): Promise<void> {
    return takeFile(this.#host, id, position, file);
  }

  /** Keeps the proof of the source. */
  async prove(id: string, proof: Proof): Promise<void> {
    const { ledger, quarantine } = this.#host;
    const bytes = new TextEncoder().encode(JSON.stringify(proof));
    const { sha256 } = await quarantine.forms.put([bytes], 64 * 1024 * 1024);
    const { requester } = await this.get(id);
    await ledger.record(
      { kind: 'import.proved', by: requester, import: id, proofSha256: sha256 },
      (tx: Kysely<unknown>) => changeImport(tx, id, ['receiving'], 'prove', { proof: sha256 }),
    );
  }

  /** Who signed for the files of an import, or the refusal. */
  signedFor(held: Import, source: Source): Promise<SignedFor | Refusal> {
    return findSigned(this.#host, held, source);
  }

  /** Says that every file is here. When the last one is decoded, people are asked. */
  async complete(id: string): Promise<Import> {
    const { ledger, sources } = this.#host;
    const held = await this.get(id);
    if (held.state !== 'receiving') return held;
    const counts = await this.counts(id);
    const { files, received } = counts;
    if (files === 0) throw importErrors.error('NOTHING');
    if (received < files)
      throw importErrors.error('FILES_MISSING', { id, files, missing: files - received });
    const signed = await this.signedFor(held, await sources.get(held.source));
    if (!signed.ok) {
      const { code, message, hint } = signed;
      throw new SallyportError(code, { status: 422, message, hint }, {});
    }
    const { by: signedBy, signer, proofSha256 } = signed satisfies SignedFor;
    await ledger.record(
      {
        kind: 'import.completed',
        by: held.requester,
        ...{ import: id, files, bytes: counts.bytes, signedBy, signer, proofSha256 },
      },
      (tx: Kysely<unknown>) =>
        changeImport(tx, id, ['receiving'], 'finish', { state: 'decoding', signer }),
    );
    this.#host.onWork();
    return this.get(id);
  }

  /** Lets the rules of today look at the files of an admitted import that older rules passed; gives how many. */
  async rescan(id: string, by: string): Promise<number> {
    const { ledger, jobs } = this.#host;
    const old: ImportFile[] = [];
    for (let from = 0; ; from += PAGE) {
      const page = await this.files(id, from, PAGE);
      // What was malicious when people admitted the rest was left out, and has nothing to lose.
      old.push(
        ...page.filter(
          ({ rules, verdict }) => (rules ?? 0) < SCAN_RULES_VERSION && verdict !== 'malicious',
        ),
      );
      if (page.length < PAGE) break;
    }
    if (old.length === 0) return 0;
    await ledger.record(
      { kind: 'import.rescan-asked', by, import: id, rules: SCAN_RULES_VERSION, files: old.length },
      async (tx: Kysely<unknown>) => {
        const { state } = await readImport(tx, id);
        if (state !== 'admitted')
          throw importErrors.error('STATE_WRONG', { id, event: 'rescan', state });
        await jobs.add(
          tx,
          old.map((file) => decodeJob(id, file, RESCAN_QUEUE)),
        );
      },
    );
    this.#host.onWork();
    return old.length;
  }

  /** Admitted imports with files that older rules passed. */
  outdated(projects: readonly string[]): Promise<readonly string[]> {
    return this.#host.store.read((db: Kysely<unknown>) =>
      listOutdated(db, projects, SCAN_RULES_VERSION),
    );
  }

  /** The requester takes back what nobody was asked about yet. */
  async withdraw(id: string, by: string): Promise<void> {
    await this.#close(id, by, ['receiving', 'decoding'], 'withdraw');
  }

  /** Ends an import that people or rules refused; its files go. One that is over already stays as it is. */
  async close(id: string, reason: string): Promise<void> {
    const { state } = await this.get(id);
    if (OPEN_STATES.includes(state)) await this.#close(id, 'gate', OPEN_STATES, 'close', reason);
  }

  async #close(
    id: string,
    by: string,
    from: readonly ImportState[],
    event: string,
    reason?: string,
  ): Promise<void> {
    const { ledger, jobs } = this.#host;
    const why = reason === undefined ? {} : { reason };
    const entry = { kind: 'import.closed', by, import: id, event, ...why };
    await ledger.record(entry, async (tx: Kysely<unknown>) => {
      await changeImport(tx, id, from, event, { state: 'closed', ...why });
      await jobs.removeBatch(tx, id);
    });
    await cleanClosed(this.#host, id);
  }

  /** Closes imports of which nothing arrived for so long, and ends cleanings that were broken off. */
  async expire(abandonedMs: number): Promise<void> {
    const { store, clock } = this.#host;
    await cleanRest(this.#host);
    const ids = await store.read((db: Kysely<unknown>) =>
      listAbandoned(db, clock.nowMs() - abandonedMs, EXPIRED_AT_ONCE),
    );
    for (const id of ids)
      await this.#close(id, 'gate', ['receiving'], 'expire', 'nothing of it came any more');
  }

  /** A page of files from a position on. */
  files(id: string, from: number, limit: number): Promise<readonly ImportFile[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listFiles(db, id, from, limit));
  }

  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work, work);
    const settled = turn.catch(() => undefined);
    this.#turns.set(id, settled);
    void settled.then(() => {
      if (this.#turns.get(id) === settled) this.#turns.delete(id);
    });
    return turn;
  }
}
