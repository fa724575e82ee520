/**
 * PyTorch's form before 1.6: five pickles (magic number, protocol, system, data, keys of storages), then each storage as
 * an element count of 8 bytes and its elements, to the last byte of the file.
 */
import { partOf } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, refused } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { describeProblems, makeForms } from './pickle-forms.ts';
import { judgePlainPickle } from './pickle/judge.ts';
import type { PickleJudgement } from './pickle/judge.ts';
import { interpretPickle } from './pickle/machine.ts';
import { asText, PyDict, PyList } from './pickle/values.ts';
import type { PyValue } from './pickle/values.ts';
import { storageBytes, TorchStorages } from './torch-storage.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const TYPE = 'torch-legacy';

const broken = (why: string): Decoded => refused(TYPE, find('hold', 'TORCH_BROKEN', { why }));

/** Whether the first pickle is PyTorch's magic number, and nothing but that. */
export function isTorchLegacy(source: ByteSource, first: PickleJudgement): boolean {
  if (first.outcome !== 'stopped' || first.end > 32 || first.problems.length > 0) return false;
  return interpretPickle(source).value === MAGIC;
}

/** Decodes a file of the old form. */
export function decodeTorchLegacy(name: string, source: ByteSource): Decoded {
  const storages = new TorchStorages();
  const values: PyValue[] = [];
  const findings: Finding[] = [];
  let at = 0;
  for (let i = 0; i < 5; i++) {
    const judged = judgePlainPickle(source, at);
    findings.push(...describeProblems(judged.problems));
    if (judged.outcome !== 'stopped' || judged.wrappers > 0) {
      return refused(TYPE, ...findings, ...broken('it has fewer than five pickles').findings);
    }
    if (findings.length === 0) {
      const load = i === 3 ? { load: (id: PyValue) => storages.load(id) } : {};
      const read = interpretPickle(source, at, load);
      findings.push(...describeProblems(read.problems));
      if (read.value !== undefined) values.push(read.value);
    }
    at = judged.end;
  }
  if (findings.length > 0) return refused(TYPE, ...findings);
  const [, protocol, system, data = null, keys] = values;
  if (protocol !== PROTOCOL) return broken('its protocol is not 1001');
  if (!(system instanceof PyDict) || !(keys instanceof PyList))
    return broken('its parts are mixed up');
  const little = system.keys.findIndex((key) => asText(key) === 'little_endian');
  const bigEndian = little >= 0 && system.values[little] === false;
  const problem = placeStorages(source, at, keys, storages, bigEndian);
  if (problem !== undefined) return broken(problem);
  const made = makeForms(name, data, source.size);
  if ('finding' in made) return refused(TYPE, made.finding);
  return { type: TYPE, findings: [], forms: made.forms };
}

/** Finds the bytes of each storage; says what is wrong with them. */
function placeStorages(
  source: ByteSource,
  start: number,
  keys: PyList,
  storages: TorchStorages,
  bigEndian: boolean,
): string | undefined {
  let at = start;
  for (const key of keys.items) {
    const storage = storages.byKey.get(asText(key) ?? '');
    if (storage === undefined) return 'it has data that no tensor refers to';
    if (storage.bytes !== undefined) return 'it has the data of a tensor twice';
    const size = storageBytes(storage);
    if (at + 8 + size > source.size) return 'the data of a tensor is cut off';
    const head = source.read(at, at + 8);
    const view = new DataView(head.buffer, head.byteOffset, 8);
    if (view.getBigInt64(0, !bigEndian) !== BigInt(storage.elements)) {
      return 'the data of a tensor has another size than its reference';
    }
    storage.bytes = partOf(source, at + 8, at + 8 + size);
    storage.bigEndian = bigEndian;
    at += 8 + size;
  }
  if (at !== source.size) return 'bytes follow the data of the last tensor';
  const missing = [...storages.byKey.values()].some((storage) => storage.bytes === undefined);
  return missing ? 'a tensor has no data' : undefined;
}
