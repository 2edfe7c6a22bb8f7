import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Dts } from './dts.js';

interface Schedule {
  readonly id: string;
  readonly state: string;
  readonly nextRuns: readonly string[];
  readonly runs: number;
}

describe('dts schedules', () => {
  let stack: Stack;
  let receiver: Receiver;
  let folder: string;
  let dts: Dts;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack();
    folder = await mkdtemp(join(tmpdir(), 'dts-schedules-'));
    dts = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey }, folder);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (id: string, ...args: string[]) =>
    dts.run('schedules', 'put', id, '--job', 'http.request', `url=${receiver.url}/${id}`, ...args);

  it('puts one by options, shows it, and lists it', async () => {
    const ran = await put(
      'nightly',
      '--cron',
      '30 2 * * *',
      '--timezone',
      'Europe/Berlin',
      '--overlap',
      'allow',
      '--jitter',
      '30s',
      '--attempts',
      '2',
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^When +30 2 \* \* \* Europe\/Berlin\nOverlap +allow$/m);
    expect(ran.stdout.match(/\d{4}-\d\d-\d\dT.*\(in .*\)/g)).toHaveLength(5);
    expect(await dts.json('schedules', 'get', 'nightly')).toMatchObject({
      id: 'nightly',
      jitter: 30_000,
      job: { name: 'http.request', attempts: 2, payload: { url: `${receiver.url}/nightly` } },
    });
    const list = await dts.run('schedules', 'ls');
    expect(list.stdout).toMatch(/^ID +STATE +WHEN +JOB +NEXT/);
    expect(list.stdout).toMatch(/^nightly +active +30 2 \* \* \* Europe\/Berlin +http\.request +in /m);
    expect(await dts.json('schedules', 'ls')).toMatchObject({ items: [{ id: 'nightly' }], more: false });
  });

  it.each([
    ['10s', { type: 'exponential', delay: 10_000 }],
    ['10s..5m', { type: 'exponential', delay: 10_000, maxDelay: 300_000 }],
    ['fixed:30s', { type: 'fixed', delay: 30_000 }],
  ])('waits between attempts for %s', async (backoff, expected) => {
    const ran = await put('backoff', '--every', '1h', '--start-at', '1h', '--backoff', backoff, '--json');
    expect(JSON.parse(ran.stdout).job.backoff).toEqual(expected);
  });

  it('puts one from a file, and one from standard input', async () => {
    const schedule = JSON.stringify({ every: 3_600_000, job: { name: 'http.request', payload: { url: receiver.url } } });
    await writeFile(join(folder, 'schedule.json'), schedule);
    expect(await dts.json('schedules', 'put', 'from-file', '--file', 'schedule.json')).toMatchObject({ id: 'from-file', every: 3_600_000 });
    const piped = await dts.pipe(schedule, 'schedules', 'put', 'piped', '--file', '-', '--json');
    expect(JSON.parse(piped.stdout)).toMatchObject({ id: 'piped', every: 3_600_000 });
  });

  it('pauses, resumes, triggers and deletes one', async () => {
    await put('hourly', '--every', '1h', '--start-at', '1h');
    expect(await dts.json<Schedule>('schedules', 'pause', 'hourly')).toMatchObject({ state: 'paused' });
    expect((await dts.run('schedules', 'resume', 'hourly')).stdout).toMatch(/^State +active$/m);
    const run = await dts.json<{ id: string; name: string }>('schedules', 'trigger', 'hourly', '--idempotency-key', 'now');
    expect(await dts.json('schedules', 'trigger', 'hourly', '--idempotency-key', 'now')).toMatchObject({ id: run.id, replayed: true });
    expect(await dts.run('schedules', 'delete', 'hourly')).toMatchObject({ code: 0, stdout: 'hourly is deleted.\n' });
    expect(await dts.run('schedules', 'delete', 'hourly')).toMatchObject({ code: 3, stdout: '' });
    expect(await dts.run('schedules', 'get', 'hourly')).toMatchObject({ code: 3, stdout: '' });
  });

  it.each([
    ['a pattern that is none', ['--cron', '61 * * * *'], /\/cron /],
    ['a zone that is none', ['--cron', '* * * * *', '--timezone', 'Mars/Base'], /\/timezone /],
    ['pattern and interval', ['--cron', '* * * * *', '--every', '1h'], /cannot be used with option/],
    ['an overlap that is none', ['--every', '1h', '--overlap', 'maybe'], /Allowed choices are skip, allow, cancel-previous/],
  ])('refuses %s', async (_what, args, message) => {
    expect(await put('bad', ...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  it("shows and changes another tenant's for an operator, who names it", async () => {
    expect(await put('shared', '--every', '1h', '--tenant', 'acme')).toMatchObject({ code: 0 });
    expect(await dts.run('schedules', 'get', 'shared')).toMatchObject({ code: 3 });
    expect(await dts.json('schedules', 'ls', '--tenant', 'acme')).toMatchObject({ items: [{ id: 'shared' }] });
    expect(await dts.json('schedules', 'pause', 'shared', '--tenant', 'acme')).toMatchObject({ state: 'paused' });
    expect(await dts.json('schedules', 'trigger', 'shared', '--tenant', 'acme')).toMatchObject({ tenant: 'acme' });
    expect(await dts.run('schedules', 'delete', 'shared', '--tenant', 'acme')).toMatchObject({ code: 0 });
  });

  it('leaves no option out of account beside a file', async () => {
    await writeFile(
      join(folder, 'whole.json'),
      JSON.stringify({ every: 3_600_000, job: { name: 'http.request', payload: { url: receiver.url } } }),
    );
    for (const more of [['--limit', '5'], ['--tag', 'x'], ['url=http://x']]) {
      const ran = await dts.run('schedules', 'put', 'whole', '--file', 'whole.json', ...more);
      expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('A file is the whole schedule') });
    }
  });

  it('says what is missing', async () => {
    const ran = await dts.run('schedules', 'put', 'bad', '--every', '1h');
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--job') });
  });
});
