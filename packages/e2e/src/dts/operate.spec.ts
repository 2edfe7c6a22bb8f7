import { type Stack, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Dts } from './dts.js';

let stack: Stack;
let dts: Dts;

beforeAll(async () => {
  stack = await startStack();
  dts = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey });
});

afterAll(() => stack?.stop());

describe('dts queues', () => {
  it('lists them with what is in them', async () => {
    const ran = await dts.run('queues', 'ls');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^QUEUE +STATE +WAITING +SCHEDULED +ACTIVE +DEAD +IN\/S +DONE\/S +OLDEST +BUSY\n/);
    for (const queue of ['io', 'rate-limited', 'cpu']) expect(ran.stdout).toMatch(new RegExp(`^${queue} +running +\\d`, 'm'));
    const { items } = await dts.json<{ items: { name: string; slots: number }[] }>('queues', 'ls');
    expect(items.map(({ name }) => name).sort()).toEqual(['cpu', 'external', 'io', 'rate-limited']);
  });

  it('pauses and resumes one', async () => {
    expect(await dts.json('queues', 'pause', 'cpu')).toMatchObject({ name: 'cpu', paused: true });
    expect((await dts.run('queues', 'get', 'cpu')).stdout).toMatch(/^State +paused$/m);
    expect((await dts.run('queues', 'resume', 'cpu')).stdout).toMatch(/^State +running$/m);
    expect(await dts.run('queues', 'pause', 'nothing')).toMatchObject({ code: 3, stdout: '' });
  });

  it('limits one, and leaves what is not given as it is', async () => {
    expect(await dts.json('queues', 'limits', 'io', '--concurrency', '50')).toMatchObject({ limits: { concurrency: 50, rate: null } });
    expect((await dts.run('queues', 'limits', 'io', '--rate', '1000/10s')).stdout).toMatch(/^Limits +concurrency 50, rate 1,000 per 10s$/m);
    expect(await dts.json('queues', 'limits', 'io')).toMatchObject({ limits: { concurrency: 50, rate: { max: 1_000, per: 10_000 } } });
    const none = await dts.json('queues', 'limits', 'io', '--rate', 'none', '--concurrency', 'none');
    expect(none).toMatchObject({ limits: { concurrency: null, rate: null } });
    expect(await dts.run('queues', 'limits', 'io', '--rate', 'fast')).toMatchObject({ code: 2, stderr: expect.stringContaining('100/s') });
  });
});

describe('dts workers', () => {
  it('lists those that are alive', async () => {
    const ran = await dts.run('workers');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^WORKER +HOST +VERSION +BUSY +LOOP +MEMORY +UP +HEARD +QUEUES\n.* 0\/\d+ .*io 0\/\d+/);
    expect(await dts.json('workers')).toMatchObject({ items: [{ pid: stack.apps.get('worker')?.pid, draining: false }], more: false });
  });
});

describe('dts top --once', () => {
  it('prints one picture, and one document', async () => {
    const ran = await dts.with({ COLUMNS: '80' }).run('top', '--once');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).not.toContain('\x1b');
    expect(ran.stdout).toMatch(/^dts top {2}http:\/\/127\.0\.0\.1:\d+ .*UTC/);
    expect(ran.stdout).toMatch(/^QUEUE +WAITING .*OLDEST$/m);
    expect(ran.stdout).toMatch(/^Slots ░+ 0 of \d+ busy, 1 worker$/m);
    for (const line of ran.stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    const document = await dts.json<{ queues: unknown[]; workers: unknown[] }>('top', '--once');
    expect([document.queues.length, document.workers.length]).toEqual([4, 1]);
  });

  it('asks for a terminal otherwise', async () => {
    expect(await dts.run('top')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--once') });
  });
});

describe('dts tenants limits', () => {
  it('shows, sets and clears them', async () => {
    expect(await dts.json('tenants', 'limits', 'get', 'acme')).toMatchObject({ weight: 1 });
    const args = [
      'tenants',
      'limits',
      'set',
      'acme',
      '--weight',
      '5',
      '--concurrency',
      'io=50',
      '--concurrency',
      'cpu=2',
      '--rate',
      'io=100/s',
    ];
    expect((await dts.run(...args)).stdout).toMatch(
      /^Tenant +acme\nWeight +5\nConcurrency +(io 50, cpu 2|cpu 2, io 50)\nRate +io 100 per 1s$/m,
    );
    const changed = await dts.json('tenants', 'limits', 'set', 'acme', '--concurrency', 'cpu=none');
    expect(changed).toMatchObject({ weight: 5, concurrency: { io: 50 }, rate: { io: { max: 100, per: 1_000 } } });
    expect((await dts.run('tenants', 'limits', 'clear', 'acme')).stdout).toMatch(/^Weight +1\nConcurrency +none\nRate +none$/m);
    expect(await dts.run('tenants', 'limits', 'set', 'acme')).toMatchObject({ code: 2, stderr: expect.stringContaining('--weight') });
  });
});

describe('dts audit', () => {
  it('shows who changed what', async () => {
    await dts.run('queues', 'pause', 'rate-limited');
    await dts.run('queues', 'resume', 'rate-limited');
    const ran = await dts.run('audit', '--since', '1h');
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/^WHEN +KEY +TENANT +ACTION +TARGET +OUTCOME/);
    expect(ran.stdout).toMatch(/ test +test +queue\.pause +rate-limited /);
    const { items } = await dts.json<{ items: { action: string; keyId: string; at: string }[] }>(
      'audit',
      '--action',
      'queue.resume',
      '--limit',
      '1',
    );
    expect(items).toMatchObject([{ action: 'queue.resume', keyId: 'test', at: expect.stringMatching(/Z$/) }]);
  });
});
