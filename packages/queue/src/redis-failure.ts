import { QueueError } from './errors.js';

/** ioredis has no class for this one: the command was never written to a socket. */
const NEVER_SENT = "Stream isn't writeable";

/** Redis was never asked. */
export function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(NEVER_SENT);
}

/** Redis has answered and refused, or was never asked: nothing was stored. */
export function isRefusal(error: unknown): boolean {
  return (error instanceof Error && error.name === 'ReplyError') || wasNeverSent(error);
}

/**
 * Names what a failed command means to the caller. A command that timed out or lost its connection may have been
 * applied (it mostly was): only a refusal is certain.
 */
export function toUnavailable(error: unknown, jobId?: string): QueueError {
  const reason = error instanceof Error ? error.message : String(error);
  if (isRefusal(error))
    return new QueueError('unavailable', `The queue cannot take or tell anything now (${redisCode(reason)}).`, { cause: error, jobId });
  return new QueueError('outcome-unknown', 'The queue did not answer in time: the request may or may not have taken effect.', {
    cause: error,
    jobId,
  });
}

/** The same for a command that changes nothing: whatever became of it, it can be repeated. */
export function toUnreadable(error: unknown): QueueError {
  const { message, code } = toUnavailable(error);
  return new QueueError('unavailable', code === 'unavailable' ? message : 'The queue did not answer in time.', { cause: error });
}

/** What ioredis says of a connection that is not there, or was lost. */
const DISCONNECTED = [NEVER_SENT, 'Connection is closed', 'Reached the max retries per request limit'];

/** Why a command failed, for operators: their Redis rather than this program's options. An error reply is told as it is. */
export function explainFailure({ message }: Error): string {
  if (DISCONNECTED.some((start) => message.startsWith(start))) return 'there is no connection to Redis';
  return message === 'Command timed out' ? 'Redis did not answer in time' : message;
}

/** The first word of an error reply is its code (OOM, READONLY, LOADING, …): all of it that a caller needs. */
function redisCode(message: string): string {
  return /^([A-Z]{2,})\b/.exec(message)?.[1] ?? 'no connection';
}
