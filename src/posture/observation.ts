/** What a collector read from a live gate: evidence that no person had to give. */
import { z } from 'zod';

const text = z.string().min(1).max(2000);
const fact = z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]);

const observationSchema = z.strictObject({
  collector: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  measure: z.string().min(1).max(64),
  verdict: z
    .enum(['shows', 'part', 'contradicts', 'unknown'])
    .describe(
      'shows: all of the measure; part: a part; contradicts: it is not so; unknown: the gate does not say',
    ),
  sentence: text,
  facts: z.record(z.string(), fact).default({}),
});

const waitingSchema = z
  .strictObject({
    /** Requests that were decided in the window. */
    requests: z.number().int().min(0),
    byPeople: z.number().int().min(0),
    automatic: z.number().int().min(0),
    requesters: z.number().int().min(0),
    windowHours: z.number().min(0),
    /** Hours from asking to a person's decision. */
    p50Hours: z.number().min(0).nullable(),
    p90Hours: z.number().min(0).nullable(),
    totalHours: z.number().min(0),
  })
  .nullable();

/** One reading of a gate. */
export const observationsFileSchema = z.strictObject({
  kind: z.literal('observations'),
  /** When it was read: an instant. */
  at: z.iso.datetime({ offset: true }),
  /** From this instant on the reading says nothing any more. */
  expires: z.iso.datetime({ offset: true }),
  gate: z.strictObject({ url: text, origin: text.nullable() }),
  ledger: z
    .strictObject({
      size: z.number().int().min(0),
      key: text,
      checkpoint: z.string().max(20_000),
      outerKey: text.nullable(),
    })
    .nullable(),
  waiting: waitingSchema,
  observations: z.array(observationSchema).max(5000),
});

/** What one collector says of one measure. */
export type Observation = z.infer<typeof observationSchema>;
/** One reading of a gate. */
export type Reading = z.infer<typeof observationsFileSchema>;
/** Measured waiting of requests. */
export type Waiting = NonNullable<z.infer<typeof waitingSchema>>;
