import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ExecutionLog } from './execution-log.js';
import { readExecutions } from './read-executions.js';
import { ExecutionReceiver } from './receiver.js';

describe('ExecutionReceiver', () => {
  let dir: string;
  let log: ExecutionLog;
  let receiver: ExecutionReceiver;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dts-executions-'));
    log = new ExecutionLog(join(dir, 'executions.jsonl'));
    receiver = new ExecutionReceiver(log);
    await receiver.start();
  });

  afterEach(async () => {
    await receiver.stop();
    await rm(dir, { recursive: true });
  });

  const run = (key: string, jobId: string, signal?: AbortSignal) =>
    fetch(receiver.urlOf(key), { headers: { 'idempotency-key': jobId }, signal }).then((response) => response.text());

  it('counts every run of a submission, and under how many jobs', async () => {
    await run('once', 'io_1');
    await run('twice', 'io_2');
    await run('twice', 'io_3');
    await log.close();
    const expected = new Map([
      ['once', { starts: [expect.any(Number)], ends: 1, jobs: new Set(['io_1']) }],
      ['twice', { starts: [expect.any(Number), expect.any(Number)], ends: 2, jobs: new Set(['io_2', 'io_3']) }],
    ]);
    expect(log.byKey).toEqual(expected);
    expect(await readExecutions(log.path)).toEqual(expected);
  });

  it('sees the start of a run whose caller dies, and no end', async () => {
    receiver.hold();
    const caller = new AbortController();
    const died = run('killed', 'io_1', caller.signal);
    const survived = run('survivor', 'io_2');
    await waitFor(() => receiver.heldCount === 2);
    caller.abort();
    await expect(died).rejects.toThrow();
    await waitFor(() => receiver.heldCount === 1);
    receiver.release();
    await survived;
    expect([log.byKey.get('killed')?.ends, log.byKey.get('survivor')?.ends]).toEqual([0, 1]);
    await log.close();
  });

  it('holds back only those whose key begins as it was told', async () => {
    receiver.hold('held');
    const held = run('held-1', 'io_1');
    await run('other-1', 'io_2');
    await waitFor(() => receiver.heldCount === 1);
    receiver.release();
    await held;
    await log.close();
  });
});
