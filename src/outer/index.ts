/**
 * The outer door: a process of its own that decodes what the wire brings, meters it once more, publishes it at its
 * slots, keeps its own log, and serves recipients.
 *
 * Guaranteed: everything it serves or shows is a function of wire bytes, slot clock and inputs from outside (the replay
 * test); nothing is published late; a frame is acknowledged only when it is durable; a hostile frame cannot end it; it
 * never lets more pass than its own meter allows. Assumed: its data folder and key are its own, and its clock is right.
 * Not guaranteed: that the time an answer takes says nothing about a machine that both doors share.
 */
export { ChildDecoder } from './decode.ts';
export type { DecodeJob, DecodeResult, DecodedFile, Decoder, DecoderLimits } from './decode.ts';
export { outerErrors } from './errors.ts';
export { buildOuterHttp } from './http/routes.ts';
export { DEFAULT_POLICY } from './metering.ts';
export type { MeterPolicy } from './meter.ts';
export { callAdmin, listenAdmin } from './admin-socket.ts';
export { runAdmin } from './admin.ts';
export type { AdminOperation } from './admin.ts';
export { openOuterFolder } from './open.ts';
export { runOuterProcess } from './process.ts';
export type { OuterEvent, OuterProcessOptions, RunningOuter } from './process.ts';
export { readSettings } from './settings.ts';
export type { InboxSettings, NewWire, OuterSettings } from './settings.ts';
export { startOuterProcess } from './spawn.ts';
export type { OuterSpawnOptions, SpawnedOuter } from './spawn.ts';
export { Outer } from './outer.ts';
export type { OuterParts } from './outer.ts';
export { RECEIVER_LIMITS } from './receiver.ts';
export type { ReceiverLimits } from './receiver.ts';
export type { OuterView, PublishedRelease, Recipient, ReleasedFile } from './view.ts';
