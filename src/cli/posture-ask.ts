/** The thirty questions on a terminal: one at a time, with what each decides; Ctrl-D leaves the rest unknown. */
import { createInterface } from 'node:readline';
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
  const { output } = streams;
  const paint = openPaint(output, process.env);
  const reader = createInterface(streams);
  const lines = reader[Symbol.asyncIterator]();
  /** Undefined when the input has ended, which ends the questions and not the assessment. */
  const ask = async (question: string): Promise<string | undefined> => {
    output.write(question);
    const line = await lines.next();
    return line.done === true ? undefined : line.value.trim();
  };
  const organisation = (await ask('Organisation: ')) ?? '';
  const owner = (await ask('Who answers (a role will do): ')) ?? '';
  output.write(
    '\nyes means every part of the question; y, p(artly), n, a (not applicable), Enter for unknown\n',
  );
  const answers: Record<string, { answer: Answer; reason?: string }> = {};
  const count = String(catalogue.questions.length);
  asking: for (const [index, question] of catalogue.questions.entries()) {
    const decides = paint('dim', `decides ${question.measures.join(', ')}`);
    const text = wrap(question.text, 92).join('\n    ');
    output.write(`\n${paint('bold', question.id)} ${text}\n    ${decides}\n`);
    let answer: Answer | undefined;
    while (answer === undefined) {
      const said = await ask(`  ${String(index + 1)} of ${count} > `);
      if (said === undefined) break asking;
      answer = KEYS[said.toLowerCase()];
      if (answer === undefined) output.write('  y, p, n, a, or Enter for unknown\n');
    }
    if (answer !== 'not-applicable') answers[question.id] = { answer };
    else {
      const reason = (await ask('  why does it not apply? (Enter for unknown instead) > ')) ?? '';
      answers[question.id] = reason === '' ? { answer: 'unknown' } : { answer, reason };
    }
  }
  reader.close();
  return {
    organisation: organisation === '' ? 'Our organisation' : organisation,
    owner: owner === '' ? 'security lead' : owner,
    answers,
  };
}
