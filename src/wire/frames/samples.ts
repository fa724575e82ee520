/**
 * Tables such as results are, for a process that codes some before its first job: models are primed for the sizes of small
 * releases, and the code that every table runs through is compiled by the time it matters.
 */

/** Bytes of the samples: one for each size of tables below the usual, and then the usual again and again. */
const SIZES = [20_000, 40_000, 12_000, 6_000, 20_000, 18_000, 20_000, 24_000, 20_000, 18_000];
const TEXT_CELLS = ['early', 'late', 'none', 'some of it'];

/** Yields canonical tables, deterministic and each another one. */
export function* sampleTables(): Generator<Uint8Array> {
  for (const [seed, bytes] of SIZES.entries()) yield makeTable(seed, bytes);
}

function makeTable(seed: number, bytes: number): Uint8Array {
  let state = seed * 2654435761 + 1;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const rows = ['group,kind,n,share,estimate,error,statistic,lower,upper,ratio'];
  let length = 0;
  for (let row = 0; length < bytes; row++) {
    const estimate = draw() * 4 - 2;
    const error = 0.01 + draw() / 5;
    const n = Math.floor(draw() * 900);
    const numbers = [n, n / 1000, estimate, error, estimate / error];
    const limits = [estimate - 1.96 * error, estimate + 1.96 * error, Math.sqrt(error)];
    const kind = TEXT_CELLS[Math.floor(draw() * TEXT_CELLS.length)] ?? '';
    const cells = [
      `group ${String(row % 24)}`,
      kind,
      ...numbers.map(String),
      ...limits.map(String),
    ];
    const line = cells.join(',');
    length += line.length + 1;
    rows.push(line);
  }
  return new TextEncoder().encode(`${rows.join('\n')}\n`);
}
