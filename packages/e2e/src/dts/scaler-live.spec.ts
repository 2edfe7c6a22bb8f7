import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScalerDecision, ScalerStatus } from '@dts/client';
import { type Stack, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Dts } from './dts.js';

const POLICY = `pools:
  io: { queues: [io], target: { kind: dry-run }, min: 1, max: 5 }
  heavy: { mode: observe, queues: [cpu, rate-limited], target: { kind: dry-run }, min: 0, max: 2 }
`;
/** Milliseconds: a reading is a matter of a moment, on a machine that others use, too. */
const PATIENCE = { timeoutMs: 20_000 };

let folder: string;
let stack: Stack;
let dts: Dts;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dts-scaler-live-'));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  const env = { SCALER_POLICY: join(folder, 'policy.yaml'), SIGNAL_INTERVAL: '100' };
  stack = await startStack({ apps: ['scaler'], appEnv: { scaler: env } });
  dts = new Dts({ DTS_SCALER_URL: stack.apps.get('scaler')?.url ?? '', DTS_API_KEY: stack.apiKey });
  await waitFor(async () => (await status()).leader !== null, PATIENCE);
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

const status = () => dts.json<ScalerStatus>('scaler', 'status');
const untilWanted = (desired: number) =>
  waitFor(async () => (await dts.json<ScalerStatus>('scaler', 'status', 'io')).items[0]?.desired === desired, PATIENCE);

describe('dts scaler, with one that runs', () => {
  it('shows each pool with its queues, its last decision and the steps to it, without a key', async () => {
    await untilWanted(1);
    const ran = await dts.with({ DTS_API_KEY: '' }).run('scaler', 'status');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^Leader +\S+:\d+:\S+$/m);
    expect(ran.stdout).toMatch(/^POOL +MODE +WORKERS +SET TO +WANTED +MIN-MAX +WAITING +ACTIVE +OLDEST +TARGET$/m);
    expect(ran.stdout).toMatch(/^io +enforce +0 +1 +1 +1-5 +0 +0 +- +dry-run$/m);
    expect(ran.stdout).toMatch(/^heavy +observe +0 +0 +0 +0-2 +0 +0 +- +dry-run$/m);
    expect(ran.stdout).toMatch(/^ +bounds +1 +The policy wants at least 1 worker\.$/m);
    const document = await status();
    expect(document.items.map(({ pool, queues }) => `${pool}: ${queues.map(({ queue }) => queue).join()}`)).toEqual([
      'io: io',
      'heavy: cpu,rate-limited',
    ]);
    expect(document.policy).toMatchObject({ source: join(folder, 'policy.yaml'), problem: null });
  });

  it('shows one pool of them, and says which there are', async () => {
    expect((await dts.run('scaler', 'status', 'heavy')).stdout).not.toMatch(/^io /m);
    expect(await dts.run('scaler', 'status', 'oi')).toMatchObject({ code: 3, stderr: expect.stringContaining('there are: io, heavy') });
  });

  it('pins a pool, shows that it is, and lists the decision; then unpins it', async () => {
    expect(await dts.run('scaler', 'pin', 'io', '4', '--for', '10m')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^io is pinned to 4; its load counts again in (10|9\.\d)m\.\n$/),
    });
    await untilWanted(4);
    expect((await dts.run('scaler', 'status', 'io')).stdout).toMatch(/^ +Pin +4, set by test, ends in /m);
    const changes = await dts.run('scaler', 'decisions', '--pool', 'io', '--changes');
    expect(changes.stdout).toMatch(
      /^WHEN +POOL +MODE +LOAD ASKS +WORKERS +WHY\n.* io +enforce +0 +1 → 4 +Pinned to 4 workers for another /,
    );
    expect(await dts.json('scaler', 'unpin', 'io')).toEqual({ pool: 'io', pin: null });
    await waitFor(async () => (await status()).items[0]?.pin === null, PATIENCE);
  });

  it('lists decisions over as many pages as asked for, the newest first', async () => {
    const list = (...args: string[]) => dts.json<{ items: ScalerDecision[] }>('scaler', 'decisions', ...args);
    const items = await waitFor(async () => {
      const { items: all } = await list('--limit', '105');
      return all.length === 105 && all;
    }, PATIENCE);
    expect(items.map(({ at }) => at)).toEqual(
      items
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(new Set(items.map(({ id }) => id)).size).toBe(105);
    expect(new Set(items.map(({ pool }) => pool))).toEqual(new Set(['io', 'heavy']));
    expect(items[0]).toMatchObject({ steps: expect.any(Array), signal: { state: 'known' } });
    const three = (await list('--pool', 'io', '--limit', '3')).items;
    expect(three.map(({ pool }) => pool)).toEqual(['io', 'io', 'io']);
  }, 60_000);

  it.each([
    ['a pool that is not there', ['pin', 'oi', '1', '--for', '1m'], 3, 'Known: io, heavy'],
    ['one to be unpinned', ['unpin', 'oi'], 3, 'Known: io, heavy'],
    ['one whose decisions are asked for', ['decisions', '--pool', 'oi'], 3, 'Known: io, heavy'],
    ['a number below none', ['pin', 'io', '-1', '--for', '1m'], 2, ''],
    ['a pin for too long', ['pin', 'io', '1', '--for', '8d'], 2, 'from 1s to 7d'],
  ])('refuses %s', async (_what, args, code, message) => {
    expect(await dts.run('scaler', ...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('tells what is wrong with the policy file, line by line', async () => {
    writeFileSync(join(folder, 'policy.yaml'), POLICY.replace('max: 5', 'max: 0'));
    await waitFor(async () => (await status()).policy.problem, PATIENCE);
    expect((await dts.run('scaler', 'status')).stdout).toMatch(/^Problem +The policy is not usable:\n +line 2, pools\.io\.max: is 0/m);
    const simulated = await dts.run('scaler', 'simulate', '--load', 'burst', '--policy', join(folder, 'policy.yaml'));
    expect(simulated).toMatchObject({ code: 2, stderr: expect.stringMatching(/^dts: The policy is not usable:\n {2}line 2, pools/) });
    writeFileSync(join(folder, 'policy.yaml'), POLICY);
    await waitFor(async () => (await status()).policy.problem === null, PATIENCE);
  });

  it('changes nothing with a key that the scaler does not know', async () => {
    const ran = await dts.with({ DTS_API_KEY: 'x'.repeat(43) }).run('scaler', 'pin', 'io', '3', '--for', '1m');
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('API_KEYS') });
    expect((await status()).items[0]?.pin).toBeNull();
  });
});
