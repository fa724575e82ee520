/** The way in at the fake door: an import with each verdict, its source, and what was trained on it. */
import type { Hono } from 'hono';
import type { FakeState } from './state.ts';

const SOURCE = {
  id: 'src_lab',
  project: 'atlas',
  name: 'lab',
  kind: 'ssh',
  identity: 'ssh-ed25519 AAAA',
  fingerprint: 'SHA256:0123456789abcdef',
  form: {
    origin: 'the lab’s own notes',
    licence: 'CC-BY-4.0',
    collection: 'typed in by hand',
    consent: 'yes',
  },
  addedBy: 'ada',
  addedAt: '2026-11-20T09:00:00.000Z',
  recalledAt: null,
};

const IMPORT = {
  id: 'imp_notes',
  project: 'atlas',
  source: { id: SOURCE.id, name: SOURCE.name },
  requester: 'alan',
  why: 'training data of the spam monitor',
  skipRefused: true,
  state: 'asked',
  request: 'req_7Q2M',
  counts: {
    ...{ files: 3, bytes: 48_300, received: 3, receivedBytes: 48_300 },
    ...{ clean: 1, malicious: 1, inconclusive: 1 },
  },
  progress: null,
  openedAt: '2026-11-21T10:00:00.000Z',
};

const FILES = [
  {
    ...{ position: 0, name: 'notes/model.pkl', bytes: 400, type: 'pickle', verdict: 'malicious' },
    findings: [
      {
        code: 'SCAN_PICKLE_CALL',
        severity: 'deny',
        place: 'byte 2',
        sentence:
          'loading it calls os.system, which is not in the grammar of data and can run code',
      },
    ],
    forms: [],
  },
  {
    ...{ position: 1, name: 'notes/old.7z', bytes: 900, type: '7z', verdict: 'inconclusive' },
    findings: [
      {
        code: 'SCAN_FORMAT_REFUSED',
        severity: 'hold',
        place: 'whole file',
        sentence: 'it is a 7z archive, which is not decoded here',
      },
    ],
    forms: [],
  },
  {
    ...{ position: 2, name: 'notes/rows.jsonl', bytes: 47_000, type: 'jsonl', verdict: 'clean' },
    findings: [],
    forms: [{ position: 0, name: 'notes/rows.jsonl', type: 'jsonl', bytes: 46_000 }],
  },
];

const node = (id: string, name: string, recall: string | null = null) => ({
  ...{ id, kind: id.slice(0, id.indexOf(':')), project: 'atlas', name, recall },
  ...{ sha256: null, detail: {}, addedAt: '2026-11-21T10:00:00.000Z' },
});

const GRAPH = {
  roots: [],
  nodes: [
    node('source:src_lab', 'lab'),
    node('set:imp_notes', 'notes'),
    node('run:run_watch', 'spam watch 3', 'rcl_1'),
    node('monitor:6f1c', 'spam watch', 'rcl_1'),
  ],
  edges: [
    { parent: 'source:src_lab', child: 'set:imp_notes' },
    { parent: 'set:imp_notes', child: 'run:run_watch' },
    { parent: 'run:run_watch', child: 'monitor:6f1c' },
  ],
  cut: false,
};

const RECALL = {
  id: 'rcl_1',
  target: { kind: 'set', id: 'imp_old' },
  ...{ project: 'atlas', by: 'ada', reason: 'its labels were sold', reached: 4 },
  at: '2026-11-22T08:00:00.000Z',
};

/** Mounts the routes. */
export function mountIngress(app: Hono, state: FakeState): void {
  const some = <T>(list: readonly T[]): readonly T[] => (state.mode === 'empty' ? [] : list);
  app.get('/v1/sources', (c) => c.json({ sources: some([SOURCE]) }));
  app.get('/v1/imports', (c) => c.json({ imports: some([IMPORT]), next: null }));
  app.get('/v1/imports/:id', (c) => c.json(IMPORT));
  app.get('/v1/imports/:id/files', (c) => {
    const verdict = c.req.query('verdict');
    const files = FILES.filter((file) => verdict === undefined || file.verdict === verdict);
    return c.json({ files: some(files), next: null });
  });
  app.get('/v1/imports/:id/files/:file/forms/:form/preview', (c) =>
    c.text('{"label":"clean","text":"see you at noon"}\n'),
  );
  app.get('/v1/lineage', (c) =>
    c.json(state.mode === 'empty' ? { roots: [], nodes: [], edges: [], cut: false } : GRAPH),
  );
  app.get('/v1/recalls', (c) => c.json({ recalls: some([RECALL]) }));
  app.post('/v1/recalls', (c) => c.json({ ...RECALL, sets: 1, models: [], monitors: [] }, 201));
}
