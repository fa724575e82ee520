// The boundaries of the house (ARCHITECTURE.md): a module is entered only through its index.ts, imports go only to the
// rows above, no cycles, and files, processes and network are touched only in the modules named here.
const above = [
  'core',
  'store',
  'ledger',
  'formats',
  'inspect',
  'wire',
  'models',
  'budget',
  'release',
  'jobs',
  'people',
  'policy',
  'requests',
];
const allowed = {
  core: [],
  store: ['core'],
  ledger: ['core', 'store'],
  formats: ['core'],
  inspect: ['core', 'formats'],
  wire: ['core', 'formats'],
  models: ['core', 'store', 'ledger'],
  budget: ['core', 'store', 'ledger', 'models'],
  release: ['core', 'store', 'ledger', 'wire', 'budget'],
  outer: ['core', 'ledger', 'formats', 'wire', 'store'],
  jobs: ['core', 'store'],
  people: ['core', 'store', 'ledger', 'models', 'budget'],
  policy: ['core'],
  requests: ['core', 'store', 'ledger', 'budget', 'people', 'policy'],
  // The domain rooms import every row above them and never one another.
  egress: above,
  ingress: above,
  monitor: above,
  posture: above,
};
const effects = '^(node:)?(fs|fs/promises|child_process|net|http|https|http2|tls|dgram|dns)$';
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'enter-by-index',
      comment: 'a module is entered only through its index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^src/([^/]+)/.+',
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/(http|outer|cli)/'],
      },
    },
    ...Object.entries(allowed).map(([name, list]) => ({
      name: `rows-of-${name}`,
      severity: 'error',
      from: { path: `^src/${name}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: [`^src/${name}/`, ...list.map((other) => `^src/${other}/`)] },
    })),
    {
      name: 'effects-at-the-edge',
      comment: 'files, processes and network only in core, store, ledger, http, outer, cli and app',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/(core|store|ledger|http|outer|cli|app)/',
          '\\.test\\.ts$',
          '^src/egress/worker',
          '^src/ingress/worker',
        ],
      },
      to: { path: effects },
    },
    {
      name: 'console-stands-alone',
      comment: 'the console speaks to the HTTP API only, and nothing of the gate is built from it',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^src/' },
    },
    {
      name: 'gate-without-console',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^console/' },
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/assembly/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
