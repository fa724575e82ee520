/** How many decisions of the shipped policies one core makes. */
import {
  DEFAULT_POLICIES,
  openPolicy,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
} from '../src/policy/index.ts';
import type { PolicyQuestion } from '../src/policy/index.ts';
import type { BenchTable } from './table.ts';
import { quantile } from './table.ts';

const ROUNDS = 5_000;
const WARM_ROUNDS = 2_000;

function ask(): PolicyQuestion {
  return {
    principal: principalRef('person', 'ada'),
    action: 'request.ask',
    resource: resourceRef('project', 'probe'),
    context: { kind: 'export' },
    entities: [
      principalEntity({ kind: 'person', id: 'ada', member: ['probe', 'atlas'], touches: ['big'] }),
      projectEntity({ id: 'probe' }),
    ],
  };
}

function approve(): PolicyQuestion {
  return {
    principal: principalRef('person', 'bob'),
    action: 'request.approve',
    resource: resourceRef('request', 'req_1'),
    context: { eligible: true },
    entities: [
      principalEntity({ kind: 'person', id: 'bob', reviewer: ['probe', 'atlas'] }),
      requestEntity({ id: 'req_1', kind: 'export', project: 'probe', requester: 'ada' }),
    ],
  };
}

/** Decides the two most frequent questions over and over; nothing is remembered between decisions. */
export function benchPolicy(): BenchTable {
  const policy = openPolicy({ policies: DEFAULT_POLICIES });
  const rows = [
    ['a member asks', ask()],
    ['a reviewer approves', approve()],
  ] as const;
  return {
    title: 'Policy: decisions with the shipped set',
    note: `${policy.policies.length} policies, strict request validation, ${ROUNDS} decisions after ${WARM_ROUNDS} to warm up; per core by processor time, which other work on the machine does not stretch.`,
    columns: ['question', 'decisions/s per core', 'p50 ms', 'p99 ms'],
    rows: rows.map(([name, question]) => {
      for (let i = 0; i < WARM_ROUNDS; i++) policy.authorise(question);
      const latencies: number[] = [];
      const before = process.cpuUsage();
      for (let i = 0; i < ROUNDS; i++) {
        const startMs = performance.now();
        const { allow } = policy.authorise(question);
        latencies.push(performance.now() - startMs);
        if (!allow) throw new Error(`${name}: denied`);
      }
      const { user, system } = process.cpuUsage(before);
      const perSecond = ROUNDS / ((user + system) / 1_000_000);
      return [
        name,
        String(Math.round(perSecond)),
        quantile(latencies, 0.5).toFixed(3),
        quantile(latencies, 0.99).toFixed(3),
      ];
    }),
  };
}
