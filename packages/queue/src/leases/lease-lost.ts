import { QueueError } from '../errors.js';
import { toUnavailable } from '../redis-failure.js';

/** BullMQ's codes for a job that is gone, not running, or locked by another. */
const LOST: readonly unknown[] = [-1, -2, -3, -6];

export function leaseLost(): QueueError {
  return new QueueError(
    'lease-lost',
    'The lease has ended: it was given up before, or it was not extended in time and the job was taken back. Nothing was changed.',
  );
}

/** @throws QueueError `lease-lost`, `unavailable`, `outcome-unknown`; what else BullMQ says of the job, as it is */
export async function toLeaseError<Value>(moving: Promise<Value>): Promise<Value> {
  try {
    return await moving;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (LOST.includes(code)) throw leaseLost();
    throw typeof code === 'number' ? error : toUnavailable(error);
  }
}
