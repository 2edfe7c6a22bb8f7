/**
 * Works on each item, at most `concurrency` at once, taking no item before there is room for it.
 * The first failure ends it: no more is taken, the signal that the others got aborts, and once they have ended it is thrown.
 */
export async function concurrently<T>(
  items: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const run = async () => {
    try {
      for (;;) {
        const next = await iterator.next();
        either.throwIfAborted();
        if (next.done) return;
        await work(next.value, either);
      }
    } catch (error) {
      failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, run));
  failure.signal.throwIfAborted();
}
