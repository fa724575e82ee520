/** What PyTorch's pickles refer to by persistent id: storages, matched by shape, never looked up. */
import { DENSE_BYTES } from './arrays.ts';
import type { DenseType } from './arrays.ts';
import { asCount, asText, outside, PyList, PyName, PyStorage } from './pickle/values.ts';
import type { PyValue } from './pickle/values.ts';

const STORAGE_TYPES: Readonly<Record<string, DenseType>> = {
  ...{ FloatStorage: 'F32', DoubleStorage: 'F64', HalfStorage: 'F16', BFloat16Storage: 'BF16' },
  ...{ LongStorage: 'I64', IntStorage: 'I32', ShortStorage: 'I16', CharStorage: 'I8' },
  ...{ ByteStorage: 'U8', BoolStorage: 'BOOL' },
  ...{ ComplexFloatStorage: 'C64', ComplexDoubleStorage: 'C128' },
  ...{ QInt8Storage: 'I8', QUInt8Storage: 'U8', QInt32Storage: 'I32' },
};

/** The storages of one file, by key. */
export class TorchStorages {
  readonly byKey = new Map<string, PyStorage>();

  /** The storage that a persistent id `("storage", type, key, location, elements[, view])` stands for. */
  load(id: PyValue): PyStorage {
    if (!(id instanceof PyList) || id.kind !== 'tuple') return outside('an odd persistent id');
    const [tag, type, key, , elements, view = null] = id.items;
    if (asText(tag) !== 'storage' || !(type instanceof PyName) || id.items.length > 6) {
      return outside('an odd persistent id');
    }
    if (view !== null) return outside('a view of a storage');
    const dense = findType(type);
    if (dense === undefined) return outside(`a storage of ${type.text}`);
    const name = asText(key) ?? outside('an odd persistent id');
    const known = this.byKey.get(name);
    const count = asCount(elements);
    if (known !== undefined) {
      const same = known.type === dense && known.elements === count;
      return same ? known : outside('two types for one storage');
    }
    const storage = new PyStorage(name, dense, count);
    this.byKey.set(name, storage);
    return storage;
  }
}

/** Elements of a storage; one without a type counts bytes, and its tensors say what they are. */
function findType({ module, name }: PyName): DenseType | undefined {
  if (name === 'UntypedStorage') return /^torch(?:\.storage)?$/.test(module) ? 'U8' : undefined;
  const isKnown = module === 'torch' && Object.hasOwn(STORAGE_TYPES, name);
  return isKnown ? STORAGE_TYPES[name] : undefined;
}

/** Bytes of a storage. */
export function storageBytes(storage: PyStorage): number {
  return storage.elements * DENSE_BYTES[storage.type];
}
