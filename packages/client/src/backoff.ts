const BASE_MS = 100;
const CAP_MS = 5_000;

/**
 * Milliseconds before the next try: drawn from [0, min(5 s, 100 ms · 2^(failures − 1))] (full jitter), on top of what
 * the gateway asked for. The jitter keeps those who were refused together from coming back together.
 * @see "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export function retryDelay(failures: number, retryAfterMs = 0, random: () => number = Math.random): number {
  return retryAfterMs + random() * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1));
}

/** Sleeps. @throws the signal's reason as soon as it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
