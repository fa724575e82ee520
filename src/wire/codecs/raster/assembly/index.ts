/** What the host calls: one instance of this module is one session of the raster codec. */
import {
  buffer,
  BUFFER_BYTES,
  drainCoder,
  finishCoder,
  position,
  refillCoder,
  startCoder,
} from './coder';
import { loadSheet, sheetInput } from './letter-sheet';
import { codePhotoRows, openPhoto, photoStride } from './photo';
import {
  codeRows,
  colourCount,
  colours,
  firstPixel,
  openPlane,
  planeStride,
  setHeads,
  setReference,
} from './plot';

export function lettersAt(bytes: i32): usize {
  return sheetInput(bytes);
}
export function loadLetters(bytes: i32): void {
  loadSheet(bytes);
}
export function bufferAt(): usize {
  return buffer;
}
export function bufferBytes(): usize {
  return BUFFER_BYTES;
}
export function coloursAt(): usize {
  return colours;
}
export function countColours(): i32 {
  return colourCount;
}
export function start(mode: i32, bytes: usize): void {
  startCoder(mode, bytes);
}
export function finish(): void {
  finishCoder();
}
export function used(): usize {
  return position();
}
export function drain(): void {
  drainCoder();
}
export function refill(bytes: usize): void {
  refillCoder(bytes);
}
export function plotPlane(slot: i32, width: i32, height: i32, reference: i32): usize {
  return openPlane(slot, width, height, reference);
}
export function plotFirst(slot: i32): usize {
  return firstPixel(slot);
}
export function plotReference(slot: i32, reference: i32): void {
  setReference(slot, reference);
}
export function plotHeads(until: i32): void {
  setHeads(until);
}
export function plotStride(): i32 {
  return planeStride();
}
export function plotRows(width: i32, from: i32, to: i32): void {
  codeRows(width, from, to);
}
export function photoPlane(width: i32, height: i32, channels: i32): usize {
  return openPhoto(width, height, channels);
}
export function photoPlaneStride(): i32 {
  return photoStride();
}
export function photoRows(width: i32, from: i32, to: i32): void {
  codePhotoRows(width, from, to);
}
