/** BullMQ scores a delayed job by its time shifted by 12 bits, leaving room for a sequence number. */
export const DELAY_SCORE_SHIFT = 4096;
