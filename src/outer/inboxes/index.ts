/** Watched folders outside, whose content goes inside over the delivery link. See docs/spec/links.md. */
export { Inboxes } from './inboxes.ts';
