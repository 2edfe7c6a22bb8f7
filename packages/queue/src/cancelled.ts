/** The reason with which BullMQ fails a job that was cancelled before it ran. */
export const CANCELLED = 'cancelled';
