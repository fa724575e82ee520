/** How much may leave, against how small a useful copy could be: budgets, published caps, years to exfiltrate. */
import { z } from 'zod';
import type { Collector, Finding } from './collector.ts';
import { ask } from './collector.ts';

const budgets = z.object({
  budgets: z.array(
    z.object({
      budget: z.string(),
      effectiveSizeBits: z.number().nullable(),
      applied: z.object({
        bitsPerYear: z.string(),
        percentPerYear: z.string().nullable(),
        yearsToExfiltrate: z.string().nullable(),
      }),
      caps: z.array(z.object({ cap: z.string(), verdict: z.enum(['within', 'above', 'unknown']) })),
    }),
  ),
});
const models = z.object({
  models: z.array(z.object({ assumption: z.string(), bitsPerParameter: z.string() })),
});

type Budget = z.infer<typeof budgets>['budgets'][number];

const BY_CAP = [
  { measure: 'R-SL3-07', cap: 'RAND SL3', rest: 'that nobody reads weights directly' },
  { measure: 'R-SL4-03', cap: 'RAND SL4', rest: 'that hardware enforces it on every connection' },
  { measure: 'R-SL5-01', cap: 'RAND SL5', rest: 'that the network is fully isolated' },
] as const;

/** RAND asks to assume 4 bits for a parameter and an effective size smaller by at least 10. */
const ASSUMED_BITS_MAX = 0.4;

function judgeCap(
  { measure, cap, rest }: (typeof BY_CAP)[number],
  enclave: Budget,
  facts: NonNullable<Finding['facts']>,
  bold: boolean,
): Finding {
  const verdict = enclave.caps.find((each) => each.cap === cap)?.verdict ?? 'unknown';
  const years = enclave.applied.yearsToExfiltrate;
  if (bold) {
    const sentence =
      'a model is declared with more than 0.4 bit for a parameter, where RAND asks to assume 4 bits and a further tenth';
    return { measure, verdict: 'unknown', sentence, facts };
  }
  if (verdict === 'within' && years !== null) {
    const sentence = `at most ${enclave.applied.bitsPerYear} leave, within the cap of ${cap}: ${years} for the thinnest copy; ${rest} is somebody's word`;
    return { measure, verdict: 'part', sentence, facts };
  }
  const sentence =
    verdict === 'unknown' || years === null
      ? `the cap of ${cap} cannot be judged, because no model is declared`
      : `the enclave's budget is above the cap of ${cap}`;
  return { measure, verdict: 'unknown', sentence, facts };
}

/** A limit that lets a copy out within the time of an attack is set, and limits nothing. */
function limitRate(enclave: Budget, facts: NonNullable<Finding['facts']>): Finding {
  const { bitsPerYear } = enclave.applied;
  const within = enclave.caps.some((each) => each.cap === 'RAND SL3' && each.verdict === 'within');
  const charged = `everything that leaves is charged in bits; at most ${bitsPerYear} pass`;
  return {
    measure: 'EU-A4-11',
    verdict: within ? 'shows' : 'part',
    sentence: within
      ? `${charged}, within the published cap of RAND SL3`
      : `${charged}, which is not known to be within any published cap`,
    facts,
  };
}

/** Budgets and caps. */
export const CAPS_COLLECTOR: Collector = {
  name: 'caps',
  title: 'caps and years to exfiltrate',
  measures: ['R-SL3-07', 'R-SL4-03', 'R-SL5-01', 'SL5-SC-7(10)', 'EU-A4-11'],
  collect: async ({ gate }) => {
    const shown = await ask(gate, '/v1/budgets', budgets);
    const guarded = await ask(gate, '/v1/models', models);
    const enclave = shown.budgets.find((each) => each.budget === 'enclave');
    if (enclave === undefined) throw new TypeError('the gate shows no budget of the enclave');
    const facts = {
      bitsPerYear: enclave.applied.bitsPerYear,
      percentPerYear: enclave.applied.percentPerYear,
      yearsToExfiltrate: enclave.applied.yearsToExfiltrate,
      effectiveSizeBits: enclave.effectiveSizeBits,
      assumption: guarded.models.map((each) => each.assumption).join('; ') || null,
    };
    const bold = guarded.models.some((each) => Number(each.bitsPerParameter) > ASSUMED_BITS_MAX);
    const years = enclave.applied.yearsToExfiltrate;
    const control: Finding =
      years === null
        ? {
            measure: 'SL5-SC-7(10)',
            verdict: 'unknown',
            sentence:
              'bandwidth is accounted for in bits, but no model is declared to compare with',
            facts,
          }
        : {
            measure: 'SL5-SC-7(10)',
            verdict: 'part',
            sentence: `bandwidth is accounted for in bits and capped at ${years} for the thinnest copy; enforcement in hardware is somebody's word`,
            facts,
          };
    return [
      ...BY_CAP.map((each) => judgeCap(each, enclave, facts, bold)),
      control,
      limitRate(enclave, facts),
    ];
  },
};
