import { readFileSync } from 'node:fs';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isGone, type RunningStack, SmallCheckout } from './testing/small-checkout.js';

let checkout: SmallCheckout;
let stack: RunningStack;

beforeEach(async () => {
  checkout = new SmallCheckout();
  stack = await checkout.startStack();
});

afterEach(() => checkout.remove());

interface Answer {
  readonly replicas?: number;
  readonly pids?: readonly number[];
  readonly problem?: string;
}

/** Has the scaler ask for so many workers of the pool `io`. */
const askFor = async (replicas: number, leaving: readonly number[] = []): Promise<Answer> =>
  JSON.parse(await stack.ask('scaler', `workers/${replicas}${leaving.length > 0 ? `/${leaving.join(',')}` : ''}`));
const pidsOf = async (answer: Answer) => [...(answer.pids ?? [])].toSorted();
const log = (name: string) => readFileSync(checkout.data('logs', `${name}.log`), 'utf8');

describe('worker pools', () => {
  it('start as many workers as the scaler asks for, each with a port and a log of its own', async () => {
    const { pids = [], replicas } = await askFor(3);
    expect([replicas, new Set(pids).size]).toEqual([3, 3]);
    const names = ['worker-io-1', 'worker-io-2', 'worker-io-3'];
    await waitFor(() => names.every((name) => log(name).includes('worker is listening')));
    const ports = names.map((name) => /listening on (\d+)/.exec(log(name))?.[1]);
    expect(new Set(ports).size).toBe(3);
    const { env } = JSON.parse(await (await fetch(`http://127.0.0.1:${ports[2]}/self`)).text());
    expect(env).toMatchObject({ QUEUES: 'io:7', OUTBOUND_ALLOW_LOOPBACK: 'true', HOST: '127.0.0.1' });
    expect(Object.keys(env).filter((variable) => variable.startsWith('API_KEYS'))).toEqual([]);
  });

  it('let those go that are named, and nobody else', async () => {
    const [first = 0, second = 0, third = 0] = (await askFor(3)).pids ?? [];
    await expect(askFor(2)).resolves.toEqual(expect.objectContaining({ problem: expect.stringContaining('to leave') }));
    await expect(askFor(1, [second])).resolves.toEqual(expect.objectContaining({ problem: expect.stringContaining('to leave') }));
    expect(await pidsOf(await askFor(2, [second]))).toEqual([first, third].toSorted());
    await waitFor(() => isGone(second));
    expect(isGone(first) || isGone(third)).toBe(false);
    expect(await pidsOf(await askFor(0, [first, third]))).toEqual([]);
    await waitFor(() => isGone(first) && isGone(third));
  });

  it('are one for each name and each set of queues, which the scaler can ask for', async () => {
    const pools = async () => JSON.parse(await stack.ask('scaler', 'pools')).pools;
    const before = await pidsOf(await askFor(1));
    const other: Answer = JSON.parse(await stack.ask('scaler', 'workers/2?queues=cpu:1'));
    expect([other.replicas, await pidsOf(await askFor(1))]).toEqual([2, before]);
    expect(await pools()).toEqual([
      { pool: 'io', queues: 'io:7' },
      { pool: 'io', queues: 'cpu:1' },
    ]);
    await waitFor(() => log('worker-io-3').includes('worker is listening')); // none has the name of another
    await askFor(0, before);
    expect(await pools()).toEqual([{ pool: 'io', queues: 'cpu:1' }]);
  });

  it('restart a worker that crashes, in its place', async () => {
    const [first = 0, second = 0] = (await askFor(2)).pids ?? [];
    process.kill(second, 'SIGKILL');
    await waitFor(async () => {
      const { pids = [] } = await askFor(2);
      return pids.length === 2 && !pids.includes(second) && pids.includes(first);
    });
    expect(stack.program.stderr).toBe('worker-io-2 was ended by SIGKILL: restarting it\n');
  });

  it('go on working while the scaler is away, and are there for the next one', async () => {
    const before = await pidsOf(await askFor(2));
    const scaler = (await stack.self('scaler')).pid;
    process.kill(scaler, 'SIGKILL');
    await waitFor(async () => (await stack.self('scaler').catch(() => undefined))?.pid !== scaler);
    const next = await waitFor(() => askFor(2).catch(() => undefined));
    expect(await pidsOf(next)).toEqual(before);
  });

  it('end with the stack, all of them', async () => {
    const { pids = [] } = await askFor(3);
    expect(await stack.program.stop()).toEqual({ code: 0, signal: null });
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  });

  it('end by themselves when the stack is killed', async () => {
    const { pids = [] } = await askFor(3);
    await stack.program.kill();
    await waitFor(() => pids.every(isGone));
  });
});
