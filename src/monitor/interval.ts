/** Exact confidence intervals of a proportion. For reports only: no verdict depends on these numbers. */

/** A proportion with its interval. */
export interface Proportion {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** ln Γ (Lanczos), good to about 2e-10 for positive arguments. */
function logGamma(x: number): number {
  const c = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155,
    0.1208650973866179e-2, -0.5395239384953e-5,
  ];
  let series = 1.000000000190015;
  c.forEach((value, i) => {
    series += value / (x + 1 + i);
  });
  const t = x + 5.5;
  return (x + 0.5) * Math.log(t) - t + Math.log((2.5066282746310007 * series) / x);
}

/** The regularised incomplete beta function by Lentz's continued fraction. */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let result = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-12) break;
  }
  return (front * result) / a;
}

function quantile(share: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (betaShare(middle, a, b) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The Clopper–Pearson interval of `successes` of `trials`: covers the true share with at least `confidence`. */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): Proportion {
  if (trials === 0) return { value: 0, low: 0, high: 1 };
  const tail = (1 - confidence) / 2;
  return {
    value: successes / trials,
    low: successes === 0 ? 0 : quantile(tail, successes, trials - successes + 1),
    high: successes === trials ? 1 : quantile(1 - tail, successes + 1, trials - successes),
  };
}

/** The quantile of Student's t with so many degrees of freedom above which 2.5 % lie. */
function studentQuantile(degrees: number): number {
  // t² / (degrees + t²) has a beta distribution.
  const share = quantile(0.95, 0.5, degrees / 2);
  return Math.sqrt((degrees * share) / (1 - share));
}

/** The mean of rates of units that were drawn alike, such as sources, with its 95 % interval by Student. */
export function spreadInterval(rates: readonly number[]): Proportion {
  const { length } = rates;
  const value = rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, length);
  if (length < 2) return { value, low: 0, high: 1 };
  const squares = rates.reduce((sum, rate) => sum + (rate - value) ** 2, 0);
  const half = studentQuantile(length - 1) * Math.sqrt(squares / (length - 1) / length);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
