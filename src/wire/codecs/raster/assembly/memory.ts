/** Memory is handed out once and never returned: one instance serves one session. */

/** The first 64 KiB after the static data belong to the few objects that the runtime allocates. */
let top: usize = (__heap_base + 65_536 + 63) & ~63;

/** Gives `bytes` zeroed bytes at a 64-byte boundary. */
export function reserve(bytes: usize): usize {
  const at = top;
  top = (top + bytes + 63) & ~63;
  const pages = <i32>((top + 65_535) >>> 16);
  const have = memory.size();
  if (pages > have && memory.grow(pages - have) < 0) unreachable();
  return at;
}
