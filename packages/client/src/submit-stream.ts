import { type BatchJob, type BatchResult, MAX_BATCH_JOBS, toKeyedJob } from './batch.js';
import { BatchSender, type BatchSenderOptions } from './batch-sender.js';
import { BoundedSource } from './bounded-source.js';
import type { CallOptions, Transport } from './transport.js';

/** 4 requests at once, of 250 jobs, each of which waits 10 ms for others; five minutes of patience; unless given. */
export interface StreamOptions extends CallOptions, Partial<BatchSenderOptions> {}

type Batches = ReadableStream<Promise<BatchResult[]>>;

/** @throws RangeError, what the source throws, the reason of the caller's signal, TypeError for a job that can't be sent */
export async function* submitStream(
  transport: Transport,
  jobs: Iterable<BatchJob> | AsyncIterable<BatchJob>,
  { signal, onRetry, ...given }: StreamOptions,
): AsyncGenerator<BatchResult, void, void> {
  const options = toSenderOptions(given);
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const source = new BoundedSource(jobs, options.concurrency * options.batchSize, stop.signal);
  const batches = sendAll(source, stop.signal, (onBatch) => new BatchSender(transport, options, { signal: stop.signal, onRetry }, onBatch));
  const reader = batches.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      for (const result of await next.value) {
        yield result;
        stop.signal.throwIfAborted();
        source.release();
      }
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await source.close();
  }
}

function toSenderOptions({ concurrency = 4, batchSize = 250, lingerMs = 10, patienceMs = 300_000 }: StreamOptions): BatchSenderOptions {
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) throw new RangeError('concurrency must be a whole number from 1');
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= MAX_BATCH_JOBS)) {
    throw new RangeError(`batchSize must be a whole number from 1 to ${MAX_BATCH_JOBS}`);
  }
  return { concurrency, batchSize, lingerMs, patienceMs };
}

/** Reads the source to its end. What comes out are the results that each batch will have, in the order of the jobs. */
function sendAll(
  source: BoundedSource<BatchJob>,
  signal: AbortSignal,
  createSender: (onBatch: (results: Promise<BatchResult[]>) => void) => BatchSender,
): Batches {
  return new ReadableStream({
    start(controller) {
      signal.addEventListener('abort', () => controller.error(signal.reason), { once: true });
      const put = (results: Promise<BatchResult[]>) => {
        results.catch(() => {}); // told to whoever takes them
        if (!signal.aborted) controller.enqueue(results);
      };
      const close = () => {
        if (!signal.aborted) controller.close();
      };
      const fail = (error: unknown) => put(Promise.reject(error));
      fill(createSender(put), source).then(close, fail);
    },
  });
}

async function fill(sender: BatchSender, source: BoundedSource<BatchJob>): Promise<void> {
  try {
    for (let next = await source.next(); !next.done; next = await source.next()) sender.add(toKeyedJob(next.value));
  } finally {
    sender.flush();
  }
}
