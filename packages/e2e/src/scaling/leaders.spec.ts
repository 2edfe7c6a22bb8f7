import { type App, type Receiver, startReceiver, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ioPolicy, LocalStack, PATIENCE } from './local-stack.js';

/** Milliseconds within which another scaler acts when the leader has died. */
const FAILOVER_MS = 20_000;

describe('several scalers, and what becomes of workers when processes die', () => {
  let receiver: Receiver;
  let stack: LocalStack;
  const others: App[] = [];

  beforeEach(async () => {
    receiver = await startReceiver();
    stack = await LocalStack.start(ioPolicy(), { SHUTDOWN_GRACE: '3000' });
    await waitFor(async () => (await stack.scaling()).leads, PATIENCE);
  }, 90_000);
  afterEach(async () => {
    await Promise.all(others.splice(0).map((app) => app.kill()));
    await stack?.stop();
    await receiver?.stop();
  }, 90_000);

  const leads = async (url: string) => (await stack.scaling(url).catch(() => undefined))?.leads === true;
  const pidOfLeader = async () => Number(/:(\d+):/.exec(String((await stack.scaling()).leader))?.[1]);
  const pidsOfWorkers = async () => {
    const { body } = await stack.api.call<{ items: { pid: number }[] }>('GET', '/v1/workers');
    return body.items.map(({ pid }) => pid).toSorted();
  };

  it('have one leader; when it is killed with -9 another leads within twenty seconds, and the workers work on', async () => {
    const other = await stack.startScaler();
    others.push(other);
    await waitFor(async () => (await stack.scaling(other.url)).leader !== null);
    expect([await leads(stack.scalerUrl), await leads(other.url)]).toEqual([true, false]);
    const before = await stack.decisions(1);
    expect((await stack.scaling(other.url)).items[0]?.decision).not.toBeNull(); // a follower serves what is decided
    const workers = await pidsOfWorkers();
    const first = await pidOfLeader();
    // Whoever would start it again is held: it could be the one that leads next.
    process.kill(stack.program.pid, 'SIGSTOP');
    try {
      const killedAt = performance.now();
      process.kill(first, 'SIGKILL');
      await waitFor(() => leads(other.url), { timeoutMs: FAILOVER_MS });
      process.stdout.write(`failover after ${Math.round(performance.now() - killedAt)} ms\n`);
    } finally {
      process.kill(stack.program.pid, 'SIGCONT');
    }
    expect(await pidsOfWorkers()).toEqual(workers);
    await waitFor(async () => Date.parse(String((await stack.decisions(1))[0]?.at)) > Date.parse(String(before[0]?.at)), PATIENCE);
    await waitFor(async () => (await stack.scaling()).leads === false, PATIENCE); // restarted, and stands by
    await other.kill();
    await waitFor(() => leads(stack.scalerUrl), { timeoutMs: FAILOVER_MS });
    await stack.pin(2);
    await stack.untilWorkers(2);
  }, 180_000);

  it('restarts a worker that is killed, whose jobs run again', async () => {
    const held: (() => void)[] = [];
    receiver.respond = () => new Promise((resolve) => held.push(() => resolve({ body: {} })));
    const [id = ''] = await stack.submitMany(1, receiver.url);
    await receiver.waitForCount(1, 20_000);
    const [worker = 0] = await pidsOfWorkers();
    process.kill(worker, 'SIGKILL');
    await receiver.waitForCount(2, 40_000);
    for (const answer of held) answer();
    expect(await stack.api.wait(id, 30)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    expect(await pidsOfWorkers()).not.toContain(worker);
  }, 120_000);

  it('takes a new policy without a restart, and a wrong one not at all', async () => {
    await stack.setPolicy(ioPolicy({ min: 2 }));
    await stack.untilWorkers(2);
    await stack.setPolicy('mode: enforce\npools: {}\nnonsense: 1\n');
    await waitFor(async () => (await stack.scaling()).policy.problem, PATIENCE);
    expect((await stack.pool()).current).toBe(2);
    await waitFor(() => stack.program.stderr.includes('the policy stays as it was'), PATIENCE);
    await stack.setPolicy(ioPolicy({ min: 1 }));
    await waitFor(async () => (await stack.scaling()).policy.problem === null, PATIENCE);
    await stack.untilWorkers(1);
  }, 120_000);

  it('leaves nothing behind when npm start is killed with -9', async () => {
    await stack.pin(3);
    await stack.untilWorkers(3);
    const pids = [...(await pidsOfWorkers()), await pidOfLeader()];
    await stack.program.kill();
    const gone = (pid: number) => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    };
    await waitFor(() => pids.every(gone), PATIENCE);
  }, 120_000);
});
