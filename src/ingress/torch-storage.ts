/** What PyTorch's pickles refer to by persistent id: storages, matched by shape, never looked up. */
import { DENSE_BYTES } from './arrays.ts';
import type { DenseType } from './arrays.ts';
import { asCount, asText, outside, PyList, PyName, PyStorage } from './pickle/values.ts';
import type { PyValue } from './pickle/values.ts';

const STORAGE_TYPES: Readonly<Record<string, DenseType>> = {
  ...{ FloatStorage: 'F32', DoubleStorage: 'F64', HalfStorage: 'F16', BFloat16Storage: 'BF16' },
  ...{ LongStorage: 'I64', IntStorage: 'I32', ShortStorage: 'I16', CharStorage: 'I8' },
  ...{ ByteStorage: 'U8', BoolStorage: 'BOOL', ComplexFloatStorage: 'C64' },
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
    const dense = Object.hasOwn(STORAGE_TYPES, type.name) ? STORAGE_TYPES[type.name] : undefined;
    if (type.module !== 'torch' || dense === undefined) return outside(`a storage of ${type.text}`);
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

/** Bytes of a storage. */
export function storageBytes(storage: PyStorage): number {
  return storage.elements * DENSE_BYTES[storage.type];
}
