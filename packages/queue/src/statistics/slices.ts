/** Milliseconds that are counted together. The window is made of whole slices, so it moves on by this much at a time. */
export const SLICE_MS = 10_000;
/** Slices of the window before the one that runs: statistics are of the last five minutes, up to a slice more. */
export const WINDOW_SLICES = 30;
/** Milliseconds after which a slice is gone: the window and a little for readers that are late. */
export const KEPT_MS = (WINDOW_SLICES + 3) * SLICE_MS;

/** Where the slices of a queue are: at this, a colon and their number. */
export function slicesKey(prefix: string, queue: string): string {
  return `${prefix}:statistics:${queue}`;
}
