/**
 * Links: how frames get from the inner to the outer door over any one-way byte stream, and how the outer door says,
 * over the other link, what it has.
 *
 * Guaranteed: whatever happens to the bytes of a link (bit flips, cuts, repeated or exchanged records), the receiving
 * end gives out exactly the frames that were sent, in order, or asks for them again; it never throws and never holds
 * more than one frame. Assumed: SHA-256 truncated to 128 bits finds damage; the link is not an attacker (who could
 * write records of their own; the frames' charge, the head of the chain and the outer meter stand against that).
 * Not guaranteed: that a broken link heals, or that the sender's timing is hidden from who watches the link itself.
 */
export { FrameAssembler } from './assembler.ts';
export { EMPTY_HEAD, extendHead } from './chain.ts';
export {
  DELIVERY_LIMITS,
  isDeliveryName,
  isInboxName,
  readDeliveryManifest,
  writeDeliveryFile,
  writeDeliveryHead,
} from './delivery-manifest.ts';
export type { DeliveryFile, DeliveryHead } from './delivery-manifest.ts';
export {
  DELIVERY_PAYLOAD_BYTES_MAX,
  DeliveryReader,
  encodeDeliveryRecord,
} from './delivery-records.ts';
export type { DeliveryRecord } from './delivery-records.ts';
export { LinkReader, chunkRecords, encodeRecord } from './records.ts';
export type { LinkRecord } from './records.ts';
export { DEFAULT_SLOT_PLAN, checkSlotPlan, publicationSlot, slotAt, slotStartMs } from './slots.ts';
export type { SlotPlan } from './slots.ts';
export { encodeStatus, parseStatus } from './status.ts';
export type { OuterState, WireStatus } from './status.ts';
