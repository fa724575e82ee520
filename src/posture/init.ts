/**
 * The first assessment: thirty questions whose answers become claims, and everything else unknown.
 *
 * An answer is somebody's word for ninety days. It becomes evidence only as what it is, an answer to a question.
 */
import { stringify } from 'yaml';
import { z } from 'zod';
import { sayIssue } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import { parseYaml } from './assessment.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { ENVIRONMENT_IDS, environmentsSchema } from './environment.ts';
import { errors } from './errors.ts';
import { showDay } from './moment.ts';

/** What may be answered. */
export const ANSWERS = ['yes', 'partly', 'no', 'not-applicable', 'unknown'] as const;
/** An answer. */
export type Answer = (typeof ANSWERS)[number];

const answerSchema = z.union([
  z.enum(ANSWERS),
  // YAML 1.1 habits and JSON: `true` is what many write for yes.
  z.boolean().transform((value): Answer => (value ? 'yes' : 'no')),
  z.strictObject({
    answer: z.enum(ANSWERS),
    evidence: z.string().min(1).max(4000).optional(),
    reason: z.string().min(1).max(4000).optional(),
  }),
]);

const answersSchema = z.strictObject({
  kind: z.literal('answers').optional(),
  organisation: z.string().min(1).max(200).default('Our organisation'),
  owner: z.string().min(1).max(200).default('security lead'),
  environments: environmentsSchema.default([...ENVIRONMENT_IDS]),
  gate: z.array(z.enum(ENVIRONMENT_IDS)).default([]),
  engineers: z.number().int().min(1).max(10_000).default(10),
  answers: z.record(z.string(), answerSchema).default({}),
});

/** Who was asked, about what, and what they said. */
export type InitAnswers = z.infer<typeof answersSchema>;

function isUnexplained(given: InitAnswers['answers'][string]): boolean {
  if (typeof given === 'string') return given === 'not-applicable';
  return given.answer === 'not-applicable' && (given.reason ?? '').trim() === '';
}

/** Reads answers from YAML or JSON; every wrong place is named at once. */
export function readAnswers(
  content: string,
  catalogue: Catalogue,
): { readonly ok: true; readonly answers: InitAnswers } | Refusal {
  const parsed = parseYaml(content);
  if (!parsed.ok) return errors.refuse('ANSWERS_INVALID', { why: parsed.why });
  const read = answersSchema.safeParse(parsed.value ?? {});
  const known = new Set(catalogue.questions.map((each) => each.id));
  const given = (parsed.value as { answers?: unknown } | null)?.answers;
  const problems = [
    ...(read.success ? [] : read.error.issues).map((issue) => sayIssue(issue)),
    ...Object.keys(typeof given === 'object' && given !== null ? given : {})
      .filter((id) => !known.has(id))
      .map((id) => `there is no question ${id}`),
    ...Object.entries(read.success ? read.data.answers : {})
      .filter(([, each]) => isUnexplained(each))
      .map(
        ([id]) =>
          `${id} is not applicable without a reason: give {answer: not-applicable, reason: …}`,
      ),
  ];
  if (!read.success || problems.length > 0) {
    return errors.refuse('ANSWERS_INVALID', { why: problems.slice(0, 20).join('; ') });
  }
  return { ok: true, answers: read.data };
}

const STATUS = {
  yes: 'met',
  partly: 'partly',
  no: 'not-met',
  'not-applicable': 'not-applicable',
} as const;

/** How long an answer is believed. */
export const ANSWER_DAYS = 90;
const DAY_MS = 86_400_000;

function claimsOf(answers: InitAnswers, catalogue: Catalogue): readonly unknown[] {
  return catalogue.questions.flatMap((question) => {
    const given = answers.answers[question.id] ?? 'unknown';
    const { answer, evidence, reason } =
      typeof given === 'string' ? { answer: given, evidence: undefined, reason: undefined } : given;
    if (answer === 'unknown') return [];
    const said = `${answers.owner} answered ${question.id} of the first assessment with “${answer}”`;
    return question.measures.map((measure) => ({
      measure,
      status: STATUS[answer],
      ...(reason === undefined ? {} : { reason }),
      evidence: [{ what: evidence ?? said }],
    }));
  });
}

/** The files of a new assessment, by their path in its folder. */
export function writeAssessment(
  answers: InitAnswers,
  catalogue: Catalogue,
  nowMs: number,
): ReadonlyMap<string, string> {
  const today = showDay(nowMs);
  const head = {
    kind: 'assessment',
    organisation: answers.organisation,
    owner: answers.owner,
    environments: answers.environments,
    gate: { environments: answers.gate },
  };
  const claims = {
    kind: 'claims',
    defaults: {
      environments: 'all',
      owner: answers.owner,
      effective: today,
      received: today,
      expires: showDay(nowMs + ANSWER_DAYS * DAY_MS),
    },
    claims: claimsOf(answers, catalogue),
  };
  const plan = {
    kind: 'plan',
    start: today,
    engineers: answers.engineers,
    seed: 'sallyport',
    runs: 1000,
    drop: ['R-SL3-17', 'R-SL5-01'],
  };
  const write = (comment: string, value: unknown): string =>
    `# ${comment}\n${stringify(value, { lineWidth: 0 })}`;
  return new Map([
    [
      'assessment.yaml',
      write(
        'Who is assessed, in which environments, and which of them the live gate stands before.',
        head,
      ),
    ],
    [
      'claims/first-assessment.yaml',
      write(
        'Claims from the thirty questions. Replace answers by evidence; put files under evidence/.',
        claims,
      ),
    ],
    [
      'plan.yaml',
      write('Who works from when; drop names measures whose absence the roadmap asks about.', plan),
    ],
  ]);
}
