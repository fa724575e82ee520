/**
 * The inner end of inboxes. Guaranteed: what comes over the delivery link is bounded and believed only by its digests; a
 * delivery becomes at most one import, of the person who bound its inbox, and is admitted like every other one or not at
 * all; nothing is ever sent back. Assumed: nothing of the outer door. Not guaranteed: that what was dropped for want of
 * room comes again before the outer door forgets it.
 */
export { inboxErrors } from './errors.ts';
export type { Binding } from './inbox-store.ts';
export { Inboxes } from './inboxes.ts';
export type { DeliveryShown } from './inboxes.ts';
export { DeliveryReceiver } from './receiver.ts';
