/** Online least squares: one linear prediction from neighbouring shares per regime, solved anew every few samples. */
import { reserve } from './memory';

export const FEATURES: i32 = 14;
const REGIMES: i32 = 16;
const EVERY: i32 = 12;
const SQUARE: i32 = FEATURES * FEATURES;

export const features = reserve(FEATURES << 3);
const moments = reserve((REGIMES * SQUARE) << 3);
const targets = reserve((REGIMES * FEATURES) << 3);
const weights = reserve((REGIMES * FEATURES) << 3);
const seen = reserve(REGIMES << 2);
const factor = reserve(SQUARE << 3);
const solved = reserve(FEATURES << 3);

// @ts-ignore: decorator
@inline
export function setFeature(i: i32, value: f64): void {
  store<f64>(features + (i << 3), value);
}

/** The prediction for the features that are set, 0 to 1 on most, or -4 while too little was seen. */
export function predict(regime: i32): f64 {
  if (load<i32>(seen + (regime << 2)) < 24) return -4;
  const w = weights + ((regime * FEATURES) << 3);
  let sum: f64 = 0;
  for (let i = 0; i < FEATURES; i++) {
    sum += load<f64>(w + (i << 3)) * load<f64>(features + (i << 3));
  }
  return sum;
}

/** Learns what the value was. */
export function observe(regime: i32, value: f64): void {
  const m = moments + ((regime * SQUARE) << 3);
  const t = targets + ((regime * FEATURES) << 3);
  const keep: f64 = 0.998;
  for (let i = 0; i < FEATURES; i++) {
    const f = load<f64>(features + (i << 3));
    for (let j = 0; j <= i; j++) {
      const at = m + ((i * FEATURES + j) << 3);
      store<f64>(at, load<f64>(at) * keep + f * load<f64>(features + (j << 3)));
    }
    store<f64>(t + (i << 3), load<f64>(t + (i << 3)) * keep + f * value);
  }
  const count = load<i32>(seen + (regime << 2)) + 1;
  store<i32>(seen + (regime << 2), count);
  if (count % EVERY == 0) solve(regime);
}

/** Cholesky's method; the regime keeps its weights when the matrix is singular. */
function solve(regime: i32): void {
  const m = moments + ((regime * SQUARE) << 3);
  const t = targets + ((regime * FEATURES) << 3);
  for (let i = 0; i < FEATURES; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = load<f64>(m + ((i * FEATURES + j) << 3));
      if (i == j) sum += 0.02;
      for (let k = 0; k < j; k++) {
        sum -=
          load<f64>(factor + ((i * FEATURES + k) << 3)) *
          load<f64>(factor + ((j * FEATURES + k) << 3));
      }
      if (i == j) {
        if (sum < 1e-9) return;
        store<f64>(factor + ((i * FEATURES + i) << 3), sqrt<f64>(sum));
      } else {
        store<f64>(
          factor + ((i * FEATURES + j) << 3),
          sum / load<f64>(factor + ((j * FEATURES + j) << 3)),
        );
      }
    }
  }
  for (let i = 0; i < FEATURES; i++) {
    let sum = load<f64>(t + (i << 3));
    for (let k = 0; k < i; k++) {
      sum -= load<f64>(factor + ((i * FEATURES + k) << 3)) * load<f64>(solved + (k << 3));
    }
    store<f64>(solved + (i << 3), sum / load<f64>(factor + ((i * FEATURES + i) << 3)));
  }
  const w = weights + ((regime * FEATURES) << 3);
  for (let i = FEATURES - 1; i >= 0; i--) {
    let sum = load<f64>(solved + (i << 3));
    for (let k = i + 1; k < FEATURES; k++) {
      sum -= load<f64>(factor + ((k * FEATURES + i) << 3)) * load<f64>(w + (k << 3));
    }
    store<f64>(w + (i << 3), sum / load<f64>(factor + ((i * FEATURES + i) << 3)));
  }
}
