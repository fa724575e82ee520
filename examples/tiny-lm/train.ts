/**
 * Trains a small language model on this repository's licence text and writes what a researcher would want to take
 * out: metrics, a figure, a run record, a log, an evaluation per character class; and two things that must not go
 * out by themselves: hidden activations (held) and the weights (refused).
 *
 * `node bin/node24.js examples/tiny-lm/train.ts` rewrites `examples/tiny-lm/out`; the seed is fixed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawFigure } from './figure.ts';
import {
  createParameters,
  evaluate,
  forward,
  learn,
  seededRandom,
  type Parameters,
  type Shape,
} from './model.ts';

const here = import.meta.dirname;
const out = join(here, 'out');
mkdirSync(out, { recursive: true });
const write = (name: string, data: string | Uint8Array): void => {
  writeFileSync(join(out, name), data);
};

const source = readFileSync(join(here, '..', '..', 'LICENSE'), 'utf8').replace(/\s+/g, ' ');
const alphabet = [...new Set(source)].sort();
const text = Uint8Array.from(source, (character) => alphabet.indexOf(character));
const shape: Shape = { vocabulary: alphabet.length, context: 6, embedding: 8, hidden: 32 };
const random = seededRandom(20261123);
const parameters = createParameters(shape, random);

const split = Math.floor(text.length * 0.9);
const validation = Array.from({ length: 400 }, (_, i) => split + shape.context + i * 2);
const log: string[] = [
  `corpus LICENSE characters ${text.length} vocabulary ${shape.vocabulary}`,
  `model context ${shape.context} embedding ${shape.embedding} hidden ${shape.hidden}`,
];
const STEPS = 240_000;
const EVERY = 4_000;
interface Row {
  readonly step: number;
  readonly rate: number;
  readonly train: number;
  readonly validation: number;
}
const rows: Row[] = [];
let running = 0;
for (let step = 1; step <= STEPS; step++) {
  const rate = 0.04 * (1 - (0.9 * step) / STEPS);
  const at = shape.context + Math.floor(random() * (split - shape.context));
  running += learn(shape, parameters, text, at, rate);
  if (step % EVERY !== 0) continue;
  const row = {
    step,
    rate,
    train: running / EVERY,
    validation: evaluate(shape, parameters, text, validation),
  };
  rows.push(row);
  running = 0;
  log.push(
    `step ${step} rate ${rate.toFixed(5)} train ${row.train.toFixed(4)} validation ${row.validation.toFixed(4)}`,
  );
}

writeMetrics(rows);
writeEvaluation();
writeActivations();
write('weights.safetensors', packSafetensors(parameters, shape));
write(
  'loss.svg',
  drawFigure(
    {
      title: 'Loss of a small character model',
      x: 'training step',
      y: 'nats per character',
      xTicks: [0, 40000, 80000, 120000, 160000, 200000, 240000],
      yTicks: [1, 1.5, 2, 2.5, 3],
    },
    [
      { name: 'training', colour: '#1f77b4', points: rows.map((r) => [r.step, r.train] as const) },
      {
        name: 'validation',
        colour: '#d62728',
        points: rows.map((r) => [r.step, r.validation] as const),
      },
    ],
  ),
);
write(
  'run.json',
  `${JSON.stringify({ seed: 20261123, corpus: 'LICENSE', shape, steps: STEPS, parameters: Object.values(parameters as unknown as Record<string, Float32Array>).reduce((sum, tensor) => sum + tensor.length, 0), final: rows.at(-1) }, null, 2)}\n`,
);
log.push(`done after ${STEPS} steps`);
write('train.log', `${log.join('\n')}\n`);
process.stdout.write(`${log.at(-2) ?? ''}\nwrote ${out}\n`);

function writeMetrics(all: readonly Row[]): void {
  const lines = ['step,learning_rate,train_loss,val_loss,val_perplexity,val_bits_per_char,best'];
  let best = Infinity;
  for (const row of all) {
    best = Math.min(best, row.validation);
    lines.push(
      [
        row.step,
        row.rate,
        row.train,
        row.validation,
        Math.exp(row.validation),
        row.validation / Math.LN2,
        best,
      ].join(','),
    );
  }
  write('metrics.csv', `${lines.join('\n')}\n`);
}

/** Accuracy of the model's first guess per class of character, with a normal confidence interval. */
function writeEvaluation(): void {
  const classes: Readonly<Record<string, RegExp>> = {
    space: /[ ]/,
    vowel: /[aeiou]/,
    consonant: /[b-df-hj-np-tv-z]/,
    upper: /[A-Z]/,
    other: /[^ a-zA-Z]/,
  };
  const counts = new Map(Object.keys(classes).map((name) => [name, { n: 0, right: 0 }]));
  for (let at = split + shape.context; at < text.length; at++) {
    const { probabilities } = forward(shape, parameters, text, at);
    const guess = probabilities.indexOf(Math.max(...probabilities));
    const character = alphabet[text[at]!]!;
    const name = Object.keys(classes).find((key) => classes[key]!.test(character))!;
    const count = counts.get(name)!;
    count.n++;
    if (guess === text[at]) count.right++;
  }
  const lines = ['class,n,right,accuracy,std.error,conf.low,conf.high,error_rate'];
  for (const [name, { n, right }] of counts) {
    const accuracy = right / n;
    const error = Math.sqrt((accuracy * (1 - accuracy)) / n);
    lines.push(
      [
        name,
        n,
        right,
        accuracy,
        error,
        accuracy - 1.959963984540054 * error,
        accuracy + 1.959963984540054 * error,
        1 - accuracy,
      ].join(','),
    );
  }
  write('accuracy.csv', `${lines.join('\n')}\n`);
}

/** Hidden states at full precision: shaped like activations, so the gate asks a person. */
function writeActivations(): void {
  const header = Array.from({ length: shape.hidden }, (_, j) => `h${j}`).join(',');
  const lines = [`position,${header}`];
  for (let at = split + shape.context; at < split + shape.context + 64; at++) {
    lines.push([at, ...forward(shape, parameters, text, at).hidden].join(','));
  }
  write('activations.csv', `${lines.join('\n')}\n`);
}

/** The safetensors layout: header length, JSON header, raw little-endian tensors. */
function packSafetensors(tensors: Parameters, dimensions: Shape): Uint8Array {
  const { vocabulary, context, embedding, hidden } = dimensions;
  const shapes: Readonly<Record<keyof Parameters, readonly number[]>> = {
    embed: [vocabulary, embedding],
    hiddenWeight: [context * embedding, hidden],
    hiddenBias: [hidden],
    outWeight: [hidden, vocabulary],
    outBias: [vocabulary],
  };
  const header: Record<string, unknown> = {};
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const name of Object.keys(shapes) as (keyof Parameters)[]) {
    const data = tensors[name];
    header[name] = {
      dtype: 'F32',
      shape: shapes[name],
      data_offsets: [offset, offset + data.byteLength],
    };
    chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, 0x20)]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...chunks]);
}
