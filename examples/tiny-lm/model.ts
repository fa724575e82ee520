/** A character-level language model small enough to train in seconds: embedding, one hidden layer, softmax. */

/** A small seeded generator (mulberry32), so that a run can be repeated exactly. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Shape {
  readonly vocabulary: number;
  readonly context: number;
  readonly embedding: number;
  readonly hidden: number;
}

/** Named parameter tensors, row-major. */
export interface Parameters {
  readonly embed: Float32Array;
  readonly hiddenWeight: Float32Array;
  readonly hiddenBias: Float32Array;
  readonly outWeight: Float32Array;
  readonly outBias: Float32Array;
}

export function createParameters(shape: Shape, random: () => number): Parameters {
  const gaussian = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const fill = (length: number, scale: number): Float32Array =>
    Float32Array.from({ length }, () => gaussian() * scale);
  const fanIn = shape.context * shape.embedding;
  return {
    embed: fill(shape.vocabulary * shape.embedding, 0.5),
    hiddenWeight: fill(fanIn * shape.hidden, 1 / Math.sqrt(fanIn)),
    hiddenBias: new Float32Array(shape.hidden),
    outWeight: fill(shape.hidden * shape.vocabulary, 1 / Math.sqrt(shape.hidden)),
    outBias: new Float32Array(shape.vocabulary),
  };
}

export interface Activations {
  readonly input: Float32Array;
  readonly hidden: Float32Array;
  readonly probabilities: Float32Array;
}

export function forward(shape: Shape, p: Parameters, text: Uint8Array, at: number): Activations {
  const { context, embedding, hidden, vocabulary } = shape;
  const input = new Float32Array(context * embedding);
  for (let c = 0; c < context; c++) {
    const token = text[at - context + c]!;
    for (let e = 0; e < embedding; e++) input[c * embedding + e] = p.embed[token * embedding + e]!;
  }
  const h = new Float32Array(hidden);
  for (let j = 0; j < hidden; j++) {
    let sum = p.hiddenBias[j]!;
    for (let i = 0; i < input.length; i++) sum += input[i]! * p.hiddenWeight[i * hidden + j]!;
    h[j] = Math.tanh(sum);
  }
  const out = new Float32Array(vocabulary);
  let max = -Infinity;
  for (let v = 0; v < vocabulary; v++) {
    let sum = p.outBias[v]!;
    for (let j = 0; j < hidden; j++) sum += h[j]! * p.outWeight[j * vocabulary + v]!;
    out[v] = sum;
    if (sum > max) max = sum;
  }
  let total = 0;
  for (let v = 0; v < vocabulary; v++) total += out[v] = Math.exp(out[v]! - max);
  for (let v = 0; v < vocabulary; v++) out[v]! /= total;
  return { input, hidden: h, probabilities: out };
}

/** One step of stochastic gradient descent on one position; returns its loss in nats. */
export function learn(
  shape: Shape,
  p: Parameters,
  text: Uint8Array,
  at: number,
  rate: number,
): number {
  const { context, embedding, hidden, vocabulary } = shape;
  const { input, hidden: h, probabilities } = forward(shape, p, text, at);
  const target = text[at]!;
  const loss = -Math.log(Math.max(1e-12, probabilities[target]!));
  const outGradient = probabilities;
  outGradient[target]! -= 1;
  const hiddenGradient = new Float32Array(hidden);
  for (let j = 0; j < hidden; j++) {
    let sum = 0;
    for (let v = 0; v < vocabulary; v++) {
      const index = j * vocabulary + v;
      sum += p.outWeight[index]! * outGradient[v]!;
      p.outWeight[index]! -= rate * h[j]! * outGradient[v]!;
    }
    hiddenGradient[j] = sum * (1 - h[j]! * h[j]!);
  }
  for (let v = 0; v < vocabulary; v++) p.outBias[v]! -= rate * outGradient[v]!;
  for (let i = 0; i < input.length; i++) {
    let sum = 0;
    for (let j = 0; j < hidden; j++) {
      const index = i * hidden + j;
      sum += p.hiddenWeight[index]! * hiddenGradient[j]!;
      p.hiddenWeight[index]! -= rate * input[i]! * hiddenGradient[j]!;
    }
    const token = text[at - context + Math.floor(i / embedding)]!;
    p.embed[token * embedding + (i % embedding)]! -= rate * sum;
  }
  for (let j = 0; j < hidden; j++) p.hiddenBias[j]! -= rate * hiddenGradient[j]!;
  return loss;
}

/** Mean loss in nats over the given positions. */
export function evaluate(
  shape: Shape,
  p: Parameters,
  text: Uint8Array,
  positions: readonly number[],
): number {
  let total = 0;
  for (const at of positions) {
    total -= Math.log(Math.max(1e-12, forward(shape, p, text, at).probabilities[text[at]!]!));
  }
  return total / positions.length;
}
