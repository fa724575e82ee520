/** NumPy's npy, versions 1 to 3: the header is a Python dictionary of three fixed keys, read by its own small grammar. */
import type { ByteSource } from './byte-source.ts';
import { broken } from './understood.ts';
import type { Understood } from './understood.ts';

/** One array: its element code as NumPy writes it (`<f4`, `|O`), and where its data begins. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly dataAt: number;
}

const HEADER_BYTES_MAX = 1 << 20;
const HEADER =
  /^\{\s*'descr'\s*:\s*'([^'\\]{1,32})'\s*,\s*'fortran_order'\s*:\s*(True|False)\s*,\s*'shape'\s*:\s*\(([\d,\sL]{0,512})\)\s*,?\s*\}\s*$/;
/** A tuple: nothing, one number with a comma, or several. */
const SHAPE = /^\s*(?:|\d{1,15}L?\s*,\s*|\d{1,15}L?(?:\s*,\s*\d{1,15}L?){1,63}\s*(?:,\s*)?)$/;
const RECORDS = /'descr'\s*:\s*\[/;

/** Reads the header of an array. */
export function readNpyHeader(source: ByteSource): Understood<NpyHeader> {
  if (source.size < 12) return broken('it is too short');
  const head = source.read(0, 12);
  const major = head[6] ?? 0;
  if (head[0] !== 0x93 || Buffer.from(head.subarray(1, 6)).toString('latin1') !== 'NUMPY') {
    return broken('it has no mark');
  }
  if (major < 1 || major > 3 || head[7] !== 0) return broken('its version is unknown');
  const view = new DataView(head.buffer, head.byteOffset, 12);
  const from = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > HEADER_BYTES_MAX) return broken('its header is too long');
  const dataAt = from + length;
  if (dataAt > source.size) return broken('its header is cut off');
  const text = Buffer.from(source.read(from, dataAt)).toString('latin1');
  const match = HEADER.exec(text);
  if (match === null) {
    return broken(RECORDS.test(text) ? 'its elements are records' : 'its header is misspelled');
  }
  const [, descr = '', order, sides = ''] = match;
  const shape = sides
    .split(',')
    .map((side) => side.trim().replace(/L$/, ''))
    .filter((side) => side !== '');
  if (!SHAPE.test(sides)) {
    return broken('its shape is misspelled');
  }
  return {
    ok: true,
    value: { descr, fortran: order === 'True', shape: shape.map(Number), dataAt },
  };
}
