import { setTimeout as delay } from 'node:timers/promises';

export interface Timetable {
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * Sends at the moments of a timetable, whatever has become of what was sent before: a server that stalls is not spared the
 * requests that would have come meanwhile (no coordinated omission).
 * @param send gets the moment at which it should have been called, in Unix milliseconds
 * @throws what the first `send` that failed has thrown; the signal's reason when it is told to stop
 */
export async function sendByTimetable(
  { perSecond, seconds }: Timetable,
  send: (intendedAt: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = now();
  const sent: Promise<void>[] = [];
  const failed = new AbortController();
  for (let number = 0; number < perSecond * seconds && !failed.signal.aborted; number++) {
    const intendedAt = startedAt + (number * 1_000) / perSecond;
    while (now() < intendedAt) {
      signal.throwIfAborted();
      await delay(1);
    }
    sent.push(send(intendedAt).catch((error: unknown) => failed.abort(error)));
  }
  await Promise.all(sent);
  failed.signal.throwIfAborted();
}

/** Unix milliseconds, with what lies behind the point; comparable between the processes of a machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
