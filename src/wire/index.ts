/**
 * The wire: the one stream that leaves. Guaranteed: every byte of a frame is charged, frames are decodable with nothing
 * but the frame and its destination's history, and codecs know nothing of guarded weights. See docs/spec/wire.md.
 */
export { CONTENT_TYPES } from './codec.ts';
export type { Codec, CodecSession, ContentType, FormOptions, Parsed } from './codec.ts';
export { CODECS } from './codecs/index.ts';
export * from './frames/index.ts';
export * from './links/index.ts';
