/**
 * Cheaper forms with their price: fewer digits, fewer colours, half the size, the vector figure instead of the pixels,
 * only the rows that changed. Each is really encoded, never estimated, as if every file of its type took that form.
 */
import { parseForm } from './form.ts';
import type { QuoteInput } from './quote.ts';
import type { EmittedFile, HistoryView, InspectedFile } from './worker-protocol.ts';

/** One form that costs less. */
export interface CheaperForm {
  /** As for `--form`, or `svg` (send the figure of that name instead), or `changed-rows`. */
  readonly form: string;
  readonly chargeBits: number;
}

const DIGIT_FORMS = ['digits:6', 'digits:4', 'digits:3'];
const DIGIT_TYPES = ['table', 'json', 'jsonl'] as const;
const RASTER_FORMS = ['palette:16', 'scale:0.5', 'palette:16,scale:0.5'];
/** A form is offered when it saves at least this share of the charge. */
const SAVING_MIN = 0.03;
/** Below this charge nobody minds; above these bytes the wait is longer than the saving is worth. */
const CHARGE_BITS_MIN = 1024;
const FORM_BYTES_MAX = 24 * 1024 * 1024;

/** Prices the cheaper forms of the quoted files, by the name outside. A form that fails is not offered. */
export async function priceCheaperForms(
  input: QuoteInput,
  files: readonly InspectedFile[],
  bitsOf: ReadonlyMap<string, number>,
  history: HistoryView,
): Promise<Map<string, CheaperForm[]>> {
  const offers = new Map<string, CheaperForm[]>();
  const offer = (name: string, form: string, chargeBits: number): void => {
    const now = bitsOf.get(name) ?? 0;
    if (chargeBits >= now * (1 - SAVING_MIN)) return;
    const list = offers.get(name) ?? [];
    list.push({ form, chargeBits });
    offers.set(name, list);
  };
  const members = files.flatMap((file) => file.emitted ?? []);
  offerVectorFigures(members, bitsOf, offer);
  const worth = members.filter((member) => (bitsOf.get(member.name) ?? 0) >= CHARGE_BITS_MIN);
  const jobs = [
    ...RASTER_FORMS.map((form) => ({ form, members: chooseSome(worth, ['raster']) })),
    ...DIGIT_FORMS.map((form) => ({ form, members: chooseSome(worth, DIGIT_TYPES) })),
  ].filter((job) => job.members.length > 0);
  const tables = chooseSome(worth, ['table']).filter((member) =>
    history.files.some((file) => file.name === member.name && file.type === 'table'),
  );
  const total = jobs.length + (tables.length > 0 ? 1 : 0);
  let done = 0;
  const step = (): void => {
    input.onProgress?.({ phase: 'cheaper', done: done++, total });
  };
  if (total > 0) step();
  await Promise.all([
    ...jobs.map(async (job) => {
      const form = parseForm(job.form);
      const each = input.each === true;
      const outcome = await input.pool.run({
        kind: 'price',
        members: job.members,
        history,
        each,
        form,
      });
      step();
      if (!outcome.ok) return;
      for (const [i, bits] of (outcome.result.price?.memberBits ?? []).entries()) {
        const member = job.members[i];
        if (member !== undefined) offer(member.name, job.form, bits);
      }
    }),
    priceChanged(input, tables, history, offer).then(tables.length > 0 ? step : undefined),
  ]);
  for (const list of offers.values()) list.sort((a, b) => b.chargeBits - a.chargeBits);
  return offers;
}

/** Files of some types, as many as fit the effort limit; the dearest first is not needed: releases are mostly small. */
function chooseSome(
  members: readonly EmittedFile[],
  types: readonly EmittedFile['type'][],
): EmittedFile[] {
  let bytes = 0;
  return members.filter((member) => {
    if (!types.includes(member.type) || bytes + member.bytes > FORM_BYTES_MAX) return false;
    bytes += member.bytes;
    return true;
  });
}

/** A picture whose vector figure is among the files: the price is what that figure already costs. */
function offerVectorFigures(
  members: readonly EmittedFile[],
  bitsOf: ReadonlyMap<string, number>,
  offer: (name: string, form: string, chargeBits: number) => void,
): void {
  const figures = new Set(
    members.filter((member) => /\.svg$/i.test(member.name)).map((member) => member.name),
  );
  for (const member of members) {
    if (member.type !== 'raster') continue;
    const figure = member.name.replace(/\.[^./]+$/, '.svg');
    const bits = bitsOf.get(figure);
    if (figures.has(figure) && bits !== undefined) offer(member.name, 'svg', bits);
  }
}

async function priceChanged(
  input: QuoteInput,
  tables: readonly EmittedFile[],
  history: HistoryView,
  offer: (name: string, form: string, chargeBits: number) => void,
): Promise<void> {
  if (tables.length === 0) return;
  const outcome = await input.pool.run({ kind: 'changed-rows', members: tables, history });
  if (!outcome.ok) return;
  for (const [i, bits] of (outcome.result.changedRows ?? []).entries()) {
    const table = tables[i];
    if (table !== undefined && bits !== null) offer(table.name, 'changed-rows', bits);
  }
}
