/**
 * Slots of one consumer at most. It fetches one job after the other, and renews the locks of all in one script: of many slots,
 * several consumers take a share each, fetch side by side, and block Redis for less at a time.
 */
const LARGEST_SHARE = 1_000;

/** @returns shares of at most 1,000 slots each, as equal as can be */
export function shareSlots(slots: number): number[] {
  const shares = Math.ceil(slots / LARGEST_SHARE);
  return Array.from({ length: shares }, (_, index) => Math.floor((slots + index) / shares));
}
