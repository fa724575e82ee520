/**
 * Frames: what crosses the wire. Guaranteed: a frame is self-delimiting and its charge is 8 × every byte of it; `decodeBody`
 * gives exactly what `encodeBody` was given, with nothing but the body and the same history; anything else ends in a typed
 * `WIRE_…` error within the limits. Assumed: both sides run the same table version. Not guaranteed: secrecy or origin;
 * the check value finds accidents only. Specification: docs/spec/wire.md.
 */
export { BODY_LIMITS, decodeBody, encodeBody, shareCharge } from './body.ts';
export type { BodyLimits, DecodedMember, EncodeOptions, Member } from './body.ts';
export { crc32 } from './crc32.ts';
export {
  chargeBits,
  FRAME_BYTES_MAX,
  FrameReader,
  openFrame,
  sealFrame,
  TABLE_VERSION,
} from './frame.ts';
export type { Frame, FrameFields } from './frame.ts';
export { checkForm, checkName } from './names.ts';
export { sampleTables } from './samples.ts';
export type { History, HistoryFile } from './references.ts';
