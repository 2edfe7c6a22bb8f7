/** Resolves or rejects like the promise; rejects after `timeoutMs` milliseconds with what was waited for. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, describe: string | (() => string)): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const what = typeof describe === 'string' ? describe : describe();
      reject(new Error(`timed out after ${timeoutMs} ms waiting for ${what}`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
