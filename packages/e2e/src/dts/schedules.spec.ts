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

  it('says what is missing', async () => {
    const ran = await dts.run('schedules', 'put', 'bad', '--every', '1h');
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--job') });
  });
});
