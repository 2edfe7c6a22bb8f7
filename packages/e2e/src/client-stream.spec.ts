import { type BatchJob, SchedulerClient } from '@dts/client';
import { type App, type Stack, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const JOBS = 20_000;
const OPTIONS = { concurrency: 4, batchSize: 200 };

describe('a stream of submissions', () => {
  let stack: Stack;
  let client: SchedulerClient;

  beforeAll(async () => {
    stack = await startStack({ apps: [] });
    client = new SchedulerClient({ url: stack.url, apiKey: stack.apiKey });
  });
  afterAll(() => stack?.stop());

  it(`makes one job each of ${JOBS} items, in bounded memory, though the gateway is killed with -9 midway`, async () => {
    let read = 0;
    function* items(): Generator<BatchJob> {
      for (; read < JOBS; read++) {
        yield { name: 'http.request', payload: { url: 'http://127.0.0.1/', json: read }, idempotencyKey: `item-${read}` };
      }
    }
    const retries: string[] = [];
    const ids: string[] = [];
    let furthest = 0;
    let second: Promise<App> | undefined;
    const onRetry = ({ error }: { error: { code: string } }) => retries.push(error.code);
    for await (const { job, error, idempotencyKey } of client.submitStream(items(), { ...OPTIONS, onRetry })) {
      furthest = Math.max(furthest, read - ids.length);
      expect([error, idempotencyKey]).toEqual([undefined, `item-${ids.length}`]);
      ids.push(String(job?.id));
      if (ids.length === JOBS / 4) second = restart(stack);
    }
    await second;
    expect(ids).toHaveLength(JOBS);
    expect(new Set(ids).size).toBe(JOBS);
    expect(retries).toContain('network');
    expect(furthest).toBeLessThanOrEqual(OPTIONS.concurrency * OPTIONS.batchSize);
    const stored: string[] = [];
    for await (const { id } of client.list({ queue: 'io' }, { limit: 100 })) stored.push(id);
    expect(stored.sort()).toEqual(ids.sort());
  }, 120_000);
});

/** Kills the gateway in the middle of its answers, and starts another in its place. */
async function restart(stack: Stack): Promise<App> {
  await stack.gateway.kill();
  return stack.start('gateway', { PORT: String(stack.gateway.port) });
}
