/** The thirty questions on a terminal: one at a time, with what each decides; Ctrl-D leaves the rest unknown. */
import { createInterface } from 'node:readline/promises';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Answer, Catalogue } from '../posture/index.ts';
import { openPaint, wrap } from './terminal.ts';

const KEYS: Readonly<Record<string, Answer>> = {
  y: 'yes',
  yes: 'yes',
  p: 'partly',
  partly: 'partly',
  n: 'no',
  no: 'no',
  a: 'not-applicable',
  'not-applicable': 'not-applicable',
  '': 'unknown',
  u: 'unknown',
  unknown: 'unknown',
};

/** What was answered. */
export interface Asked {
  readonly organisation: string;
  readonly owner: string;
  readonly answers: Readonly<Record<string, { answer: Answer; reason?: string }>>;
}

/** Asks. An empty answer is unknown, which is the honest one where nobody knows. */
export async function askQuestions(
  catalogue: Catalogue,
  streams: { readonly input: ReadStream; readonly output: WriteStream },
): Promise<Asked> {
  const reader = createInterface(streams);
  const paint = openPaint(streams.output, process.env);
  const answers: Record<string, { answer: Answer; reason?: string }> = {};
  let organisation = 'Our organisation';
  let owner = 'security lead';
  let open = true;
  // A closed input ends the questions, not the assessment.
  reader.on('close', () => (open = false));
  try {
    organisation = (await reader.question('Organisation: ')).trim() || organisation;
    owner = (await reader.question('Who answers (a role will do): ')).trim() || owner;
    streams.output.write(
      '\nyes means every part of the question; y, p(artly), n, a (not applicable), Enter for unknown\n',
    );
    for (const [index, question] of catalogue.questions.entries()) {
      const text = wrap(question.text, 92).join('\n  ');
      const decides = paint('dim', `decides ${question.measures.join(', ')}`);
      streams.output.write(`\n${paint('bold', question.id)} ${text}\n  ${decides}\n`);
      let answer: Answer | undefined;
      while (answer === undefined) {
        const said = await reader.question(
          `  ${String(index + 1)} of ${String(catalogue.questions.length)} > `,
        );
        answer = KEYS[said.trim().toLowerCase()];
      }
      if (answer === 'not-applicable') {
        answers[question.id] = {
          answer,
          reason: (await reader.question('  why? > ')) || 'no reason given',
        };
      } else answers[question.id] = { answer };
    }
  } catch (cause) {
    if (open) throw cause;
  } finally {
    reader.close();
  }
  return { organisation, owner, answers };
}
