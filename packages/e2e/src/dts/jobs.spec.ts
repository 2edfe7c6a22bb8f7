import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Job } from '../api.js';
import { Dts } from './dts.js';

let stack: Stack;
let receiver: Receiver;
let folder: string;
let dts: Dts;

beforeAll(async () => {
  receiver = await startReceiver();
  receiver.respond = ({ path }) => ({ status: path === '/refuse' ? 400 : 200, body: {} });
  stack = await startStack();
  folder = await mkdtemp(join(tmpdir(), 'dts-jobs-'));
  dts = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey }, folder);
});

afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
  await rm(folder, { recursive: true, force: true });
});

const submit = (...args: string[]) => dts.json<Job>('submit', 'http.request', `url=${receiver.url}/hook`, ...args);

describe('dts submit', () => {
  it('reads pairs as the schema says, waits, and shows the result', async () => {
    const pairs = [
      `url=${receiver.url}/pairs`,
      'method=PUT',
      'headers.x-trace=7',
      'json.invoice=42',
      'timeout=5000',
      'expectedStatuses=200',
    ];
    const ran = await dts.run('submit', 'http.request', ...pairs, '--tag', 'a', '--tag', 'b', '--priority', '3', '--wait');
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Submitted: io_\S+ {2}http\.request {2}waiting\n$/) });
    expect(ran.stdout).toMatch(/^State +completed$/m);
    expect(ran.stdout).toMatch(/^Queue +io, priority 3\nTenant +test$/m);
    expect(ran.stdout).toMatch(/^Tags +a, b$/m);
    expect(ran.stdout).toContain('"expectedStatuses": [');
    const request = receiver.requests.find(({ path }) => path === '/pairs');
    expect(request).toMatchObject({ method: 'PUT', headers: { 'x-trace': '7' } });
    expect(JSON.parse(String(request?.body))).toEqual({ invoice: 42 });
  });

  it('takes a payload as it stands, from a file, and from standard input', async () => {
    const payload = JSON.stringify({ url: `${receiver.url}/given`, method: 'GET' });
    await writeFile(join(folder, 'payload.json'), payload);
    const given = await dts.run('submit', 'http.request', '--payload', payload, '--json');
    const file = await dts.run('submit', 'http.request', '--payload', '@payload.json', 'method=DELETE', '--json');
    const piped = await dts.pipe(payload, 'submit', 'http.request', '--payload', '-', '--json');
    const methods = [given, file, piped].map(({ stdout }) => JSON.parse(stdout).payload.method);
    expect(methods).toEqual(['GET', 'DELETE', 'GET']);
  });

  it('makes one job of submissions with the same key', async () => {
    const first = await submit('--idempotency-key', 'invoice-1', '--delay', '1h');
    const again = await dts.run('submit', 'http.request', `url=${receiver.url}/hook`, '--idempotency-key', 'invoice-1', '--delay', '1h');
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Submitted before') });
    expect(again.stdout).toContain(first.id);
    const other = await dts.run('submit', 'http.request', `url=${receiver.url}/other`, '--idempotency-key', 'invoice-1');
    expect(other).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^dts: /) });
  });

  it('ends with 1 when the job that it waits for fails', async () => {
    const ran = await dts.run('submit', 'http.request', `url=${receiver.url}/refuse`, '--wait', '--json');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ state: 'dead', error: { code: expect.any(String) } });
  });

  it('ends with 6 when the job takes longer than it may', async () => {
    const ran = await dts.run('submit', 'http.request', `url=${receiver.url}/later`, '--delay', '1h', '--wait', '--wait-timeout', '50ms');
    expect(ran).toMatchObject({ code: 6, stderr: expect.stringContaining('is scheduled after 50 ms') });
  });

  it('prints the id only, for scripts', async () => {
    const ran = await dts.run('submit', 'http.request', `url=${receiver.url}/hook`, '--quiet');
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^io_\S+\n$/) });
  });
});

describe('dts get', () => {
  it('shows a job to people and to programs', async () => {
    const { id } = await submit('--delay', '1h');
    const ran = await dts.run('get', id);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(new RegExp(`^Id +${id}\nName +http\\.request\nState +scheduled$`, 'm'));
    expect(ran.stdout).not.toContain('\x1b');
    expect(await dts.json('get', id)).toMatchObject({ id, state: 'scheduled', submittedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
  });
});

describe('dts get --wait', () => {
  it('shows a job once it has ended, and ends as it did', async () => {
    const good = await submit();
    expect(await dts.run('get', good.id, '--wait')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^State +completed$/m) });
    const bad = JSON.parse((await dts.run('submit', 'http.request', `url=${receiver.url}/refuse`, '--json')).stdout) as Job;
    const ran = await dts.run('get', bad.id, '--wait', '--json');
    expect([ran.code, JSON.parse(ran.stdout).state]).toEqual([1, 'dead']);
    const late = await submit('--delay', '1h');
    expect(await dts.run('get', late.id, '--wait', '--wait-timeout', '50ms')).toMatchObject({ code: 6, stdout: '' });
  });
});

describe('dts cancel', () => {
  it('cancels several, each for itself', async () => {
    const [one, two] = [await submit('--delay', '1h'), await submit('--delay', '1h')];
    const ran = await dts.run('cancel', one.id, 'io_nothing', two.id, '--json');
    const lines = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(ran.code).toBe(3);
    expect(lines).toMatchObject([
      { id: one.id, state: 'cancelled' },
      { id: 'io_nothing', error: { code: 'job-not-found' } },
      { id: two.id },
    ]);
  });

  it('ends with 1 for a job that has finished', async () => {
    const job = JSON.parse((await dts.run('submit', 'http.request', `url=${receiver.url}/hook`, '--wait', '--json')).stdout) as Job;
    expect(await dts.run('cancel', job.id)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('dts: ') });
  });
});

describe('dts job-types', () => {
  it('lists what there is, and the fields of one', async () => {
    const list = await dts.run('job-types');
    expect(list.stdout).toMatch(/^NAME +QUEUE +ATTEMPTS +TIMEOUT +WHAT IT DOES\n/);
    expect(list.stdout).toMatch(/^image\.thumbnail +cpu /m);
    const one = await dts.run('job-types', 'http.request');
    expect(one.stdout).toMatch(/^ +url +string +yes/m);
    expect(one.stdout).toMatch(/^ +method +GET \| HEAD \| POST/m);
    expect((await dts.json<{ items: { name: string }[] }>('job-types')).items.map(({ name }) => name)).toContain('email.send');
    expect(await dts.json('job-types', 'email.send')).toMatchObject({ name: 'email.send', payloadSchema: { type: 'object' } });
  });
});
