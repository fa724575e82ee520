/** Wires inboxes: what came over the delivery link, in a corner of the quarantine, becomes imports. */
import path from 'node:path';
import { Inboxes } from '../ingress/index.ts';
import type { Imports, Sources } from '../ingress/index.ts';
import type { People } from '../people/index.ts';
import type { Access } from './access.ts';
import type { WayInHost } from './way-in.ts';

/** What inboxes are wired from. */
export interface InboxWiring extends WayInHost {
  readonly imports: Imports;
  readonly sources: Sources;
  readonly access: Access;
  readonly people: People;
}

const DAY_MS = 86_400_000;
/** Deliveries whose files wait, and deliveries that are remembered. */
const DELIVERIES_MAX = 1_000;
/** Files that they name: a row each, whose number the outer door alone decides. */
const FILES_MAX = 2_000_000;
const KNOWN_MAX = 20_000;

/** Opens the inner side of inboxes. */
export function openInboxes(host: InboxWiring): Inboxes {
  const { store, ledger, clock, random, config, folders, access, people, log } = host;
  const { fileBytesMax, inboxBytesMax, abandonedDays } = config.imports;
  return new Inboxes({
    ...{ store, ledger, clock, random, imports: host.imports, sources: host.sources },
    dir: path.join(folders.quarantine, 'inboxes'),
    limits: {
      ...{ bytes: inboxBytesMax, fileBytes: fileBytesMax, files: FILES_MAX },
      ...{ deliveries: DELIVERIES_MAX, known: KNOWN_MAX },
    },
    waitMs: abandonedDays * DAY_MS,
    mayImport: async (person, project) => {
      const all = await people.principals();
      const principal = all.find(({ id }) => id === person);
      if (principal === undefined) return false;
      const resource = { kind: 'project', id: project } as const;
      return (await access.can(principal, 'request.ask', resource, 'import')).allowed;
    },
    onAlarm: (sentence) => {
      log('warn', sentence);
      host.news.alarm(sentence, clock.nowMs());
    },
    onFault: (sentence, cause) => {
      log('error', sentence, cause);
    },
  });
}
