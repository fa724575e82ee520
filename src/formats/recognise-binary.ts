/** Which binary format the bytes are: weight-shaped ones first, then everything else that is refused by its kind. */
import type { Refusal } from '../core/index.ts';
import { looksLikePickle } from './pickle-walk.ts';
import { recogniseErrors } from './recognise-errors.ts';
import {
  looksLikeGguf,
  looksLikeHdf5,
  looksLikeMarkedModel,
  looksLikeMsgpack,
  looksLikeNpy,
  looksLikeOnnx,
  looksLikeSafetensors,
  looksLikeTableIndex,
  looksLikeTensorFlowGraph,
} from './weights-walk.ts';

const WEIGHTS: readonly (readonly [string, (bytes: Uint8Array) => boolean])[] = [
  ['a safetensors file', looksLikeSafetensors],
  ['a GGUF or GGML model', looksLikeGguf],
  ['a NumPy array', looksLikeNpy],
  ['an HDF5 file (Keras, PyTables, MATLAB)', looksLikeHdf5],
  ['a Python pickle (PyTorch, joblib, scikit-learn)', looksLikePickle],
  ['a TensorFlow Lite, Core ML, ncnn or MATLAB model file', looksLikeMarkedModel],
  ['a TensorFlow checkpoint index', looksLikeTableIndex],
  ['an ONNX model', looksLikeOnnx],
  ['a TensorFlow graph', looksLikeTensorFlowGraph],
  ['a MessagePack checkpoint (flax)', looksLikeMsgpack],
];

/** What weight-shaped format the bytes are, under any name, or undefined. */
export function findWeights(bytes: Uint8Array): string | undefined {
  return WEIGHTS.find(([, test]) => test(bytes))?.[0];
}

type Kind =
  'PDF' | 'OFFICE' | 'COLUMNAR' | 'PROGRAM' | 'MEDIA' | 'ARCHIVE' | 'COMPRESSED' | 'ENCRYPTED';

/** Marks at a fixed place, as a latin1 string; used only to name what is refused, never to accept. */
const MARKS: readonly (readonly [number, string, Kind, string])[] = [
  [0, '%PDF-', 'PDF', 'a PDF'],
  [0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'OFFICE', 'an old office document'],
  [0, '{\\rtf', 'OFFICE', 'a rich text document'],
  [0, 'PAR1', 'COLUMNAR', 'a parquet file'],
  [0, 'PARE', 'COLUMNAR', 'an encrypted parquet file'],
  [0, 'ARROW1\0', 'COLUMNAR', 'an Arrow file'],
  [0, 'FEA1', 'COLUMNAR', 'a Feather file'],
  [0, 'ORC', 'COLUMNAR', 'an ORC file'],
  [0, 'Obj\x01', 'COLUMNAR', 'an Avro file'],
  [0, 'SQLite format 3\0', 'COLUMNAR', 'a SQLite database'],
  [8, 'DUCK', 'COLUMNAR', 'a DuckDB database'],
  [0, 'RDX2\n', 'COLUMNAR', 'an R data file'],
  [0, 'RDX3\n', 'COLUMNAR', 'an R data file'],
  [0, 'X\n\0\0\0', 'COLUMNAR', 'an R object'],
  [0, '\x7fELF', 'PROGRAM', 'an ELF executable'],
  [0, 'MZ', 'PROGRAM', 'a Windows executable'],
  [0, '\xcf\xfa\xed\xfe', 'PROGRAM', 'a Mach-O executable'],
  [0, '\xfe\xed\xfa\xcf', 'PROGRAM', 'a Mach-O executable'],
  [0, '\xca\xfe\xba\xbe', 'PROGRAM', 'a Java class or Mach-O executable'],
  [0, '\0asm', 'PROGRAM', 'WebAssembly'],
  [0, 'dex\n', 'PROGRAM', 'a Dalvik executable'],
  [2, '\r\r\n', 'PROGRAM', 'compiled Python'],
  [2, '\r\n\0\0\0\0', 'PROGRAM', 'compiled Python'],
  [0, 'GIF8', 'MEDIA', 'a GIF'],
  [0, 'BM', 'MEDIA', 'a bitmap'],
  [0, 'II*\0', 'MEDIA', 'a TIFF'],
  [0, 'MM\0*', 'MEDIA', 'a TIFF'],
  [0, 'RIFF', 'MEDIA', 'a WebP, WAV or AVI'],
  [4, 'ftyp', 'MEDIA', 'an MP4, HEIC or AVIF'],
  [0, '\xff\x0a', 'MEDIA', 'a JPEG XL'],
  [0, '\0\0\0\x0cJXL ', 'MEDIA', 'a JPEG XL'],
  [0, '\0\0\x01\0', 'MEDIA', 'an icon'],
  [0, 'OggS', 'MEDIA', 'an Ogg file'],
  [0, 'ID3', 'MEDIA', 'an MP3'],
  [0, 'fLaC', 'MEDIA', 'a FLAC'],
  [0, '\x1aE\xdf\xa3', 'MEDIA', 'a Matroska or WebM file'],
  [0, '8BPS', 'MEDIA', 'a Photoshop file'],
  [0, '7z\xbc\xaf\x27\x1c', 'ARCHIVE', 'a 7z archive'],
  [0, 'Rar!\x1a\x07', 'ARCHIVE', 'a RAR archive'],
  [0, '!<arch>\n', 'ARCHIVE', 'an ar or deb archive'],
  [0, '070701', 'ARCHIVE', 'a cpio archive'],
  [0x8001, 'CD001', 'ARCHIVE', 'a disc image'],
  [0, 'MSCF', 'ARCHIVE', 'a cabinet archive'],
  [0, 'hsqs', 'ARCHIVE', 'a SquashFS image'],
  [0, '\xfd7zXZ\0', 'COMPRESSED', 'compressed with xz'],
  [0, 'BZh', 'COMPRESSED', 'compressed with bzip2'],
  [0, ']\0\0', 'COMPRESSED', 'compressed with lzma'],
  [0, '\x04"M\x18', 'COMPRESSED', 'compressed with lz4'],
  [0, '\x1f\x9d', 'COMPRESSED', 'compressed with compress'],
  [0, 'LZIP', 'COMPRESSED', 'compressed with lzip'],
  [0, 'age-encryption.org/', 'ENCRYPTED', 'encrypted with age'],
  [0, '-----BEGIN AGE ENCRYPTED FILE-----', 'ENCRYPTED', 'encrypted with age'],
  [0, '-----BEGIN PGP MESSAGE-----', 'ENCRYPTED', 'encrypted with PGP'],
  [0, 'Salted__', 'ENCRYPTED', 'encrypted with OpenSSL'],
];

function hasMark(bytes: Uint8Array, at: number, mark: string): boolean {
  if (bytes.length < at + mark.length) return false;
  for (let i = 0; i < mark.length; i++) if (bytes[at + i] !== mark.charCodeAt(i)) return false;
  return true;
}

/** Marks made of letters also start ordinary texts; these bind only when the file is not text. */
const BINARY_ONLY = new Set([
  'MZ',
  'BM',
  'GIF8',
  'ORC',
  'PAR1',
  'PARE',
  'FEA1',
  'RIFF',
  'OggS',
  'ID3',
  'BZh',
  'MSCF',
  'LZIP',
  'DUCK',
  'ftyp',
  'hsqs',
  '070701',
  'fLaC',
  '8BPS',
  'Salted__',
  'RDX2\n',
  'RDX3\n',
  'dex\n',
  '\r\r\n',
]);

/** The refusal for a format that is known and not released, or undefined. */
export function refuseKnown(bytes: Uint8Array, isText: boolean): Refusal | undefined {
  const hit = MARKS.find(
    ([at, mark]) => !(isText && BINARY_ONLY.has(mark)) && hasMark(bytes, at, mark),
  );
  return hit && recogniseErrors.refuse(hit[2], { what: hit[3] });
}
