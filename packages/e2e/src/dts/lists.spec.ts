import { type Receiver, type Stack, startProgram, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Job } from '../api.js';
import { DTS, Dts, untilPrinted } from './dts.js';

interface List {
  readonly items: readonly Job[];
  readonly more: boolean;
}

/** A PNG of one pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');

let stack: Stack;
let receiver: Receiver;
let dts: Dts;

beforeAll(async () => {
  receiver = await startReceiver();
  receiver.respond = ({ path }) => ({ status: path === '/refuse' ? 400 : 200, body: {} });
  stack = await startStack();
  dts = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey });
});

afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
});

const submit = async (...args: string[]) => JSON.parse((await dts.run('submit', 'http.request', ...args, '--json')).stdout) as Job;
const later = (...args: string[]) => submit(`url=${receiver.url}/later`, '--delay', '1h', ...args);
const dead = () => submit(`url=${receiver.url}/refuse`, '--wait');

describe('dts list', () => {
  it('filters, limits, and tells of more', async () => {
    const ids = [(await later('--tag', 'listed')).id, (await later('--tag', 'listed')).id, (await later('--tag', 'listed')).id];
    const all = await dts.json<List>('list', '--state', 'scheduled', '--tag', 'listed');
    expect(all.items.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(all.more).toBe(false);
    const two = await dts.run('list', '--tag', 'listed', '--limit', '2');
    expect(two).toMatchObject({ code: 0, stderr: 'There are more: --limit 4, or --all.\n' });
    expect(two.stdout).toMatch(/^ID +NAME +QUEUE +STATE +ATTEMPTS +SUBMITTED/);
    expect(two.stdout.trim().split('\n')).toHaveLength(3);
    expect(await dts.json<List>('list', '--tag', 'listed', '--limit', '2')).toMatchObject({ more: true });
    const quiet = await dts.run('list', '--tag', 'listed', '--quiet');
    expect(quiet.stdout.trim().split('\n').sort()).toEqual([...ids].sort());
  });

  it('says so when there is nothing, and what is wrong with a filter', async () => {
    expect(await dts.run('list', '--tag', 'nobody')).toEqual({ code: 0, stdout: '', stderr: 'No such jobs.\n' });
    expect(await dts.json('list', '--tag', 'nobody')).toEqual({ items: [], more: false });
    expect(await dts.run('list', '--state', 'asleep')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^ {2}state +\S/m),
    });
  });
});

describe('dts retry', () => {
  it('lets a dead job run again, and refuses one that is not', async () => {
    const job = await dead();
    expect(job.state).toBe('dead');
    receiver.respond = () => ({ body: {} });
    const ran = await dts.run('retry', job.id);
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(new RegExp(`^${job.id} {2}http\\.request {2}`)) });
    expect((await dts.run('watch', job.id)).code).toBe(0);
    expect(await dts.run('retry', job.id)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^dts: /) });
    expect(await dts.run('retry', 'io_nothing')).toMatchObject({ code: 3 });
  });
});

describe('dts promote', () => {
  it('lets a scheduled job run now', async () => {
    const { id } = await later();
    expect(JSON.parse((await dts.run('promote', id, '--json')).stdout)).toMatchObject({ id });
    expect((await dts.run('watch', id)).code).toBe(0);
    expect(await dts.run('promote', id)).toMatchObject({ code: 1 });
  });
});

describe('dts watch', () => {
  it('tells states and progress as they come, a line each', async () => {
    const { id } = await submit(`url=${receiver.url}/watched`, '--delay', '1h');
    const people = await dts.start('watch', id);
    const programs = await dts.start('watch', id, '--json');
    await Promise.all([people, programs].map((program) => untilPrinted(program, 'scheduled')));
    await dts.run('promote', id);
    expect((await people.exited).code).toBe(0);
    expect((await programs.exited).code).toBe(0);
    expect(people.stdout).toMatch(/^\d\d:\d\d:\d\dZ {2}scheduled\n(.*\n)*\d\d:\d\d:\d\dZ {2}completed.*\n$/);
    const events = programs.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'state', id, state: 'scheduled' });
    expect(events.at(-1)).toMatchObject({ type: 'state', id, state: 'completed', at: expect.stringMatching(/Z$/) });
  });

  it('ends with 1 when the job fails, and with 3 when there is none', async () => {
    receiver.respond = () => ({ status: 400 });
    const job = await dead();
    const ran = await dts.run('watch', job.id);
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringMatching(/ dead after 1 attempt {2}\S+: /) });
    expect(await dts.run('watch', 'io_nothing')).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('dts logs', () => {
  it('prints what a handler has written, oldest first', async () => {
    receiver.respond = ({ method }) => (method === 'GET' ? { headers: { 'content-type': 'image/png' }, body: PIXEL } : {});
    const urls = [`sourceUrl=${receiver.url}/in.png`, `destinationUrl=${receiver.url}/out`, 'width=1'];
    const made = await dts.run('submit', 'image.thumbnail', ...urls, '--wait', '--quiet');
    expect(made.code).toBe(0);
    const id = made.stdout.trim();
    const ran = await dts.run('logs', id);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(new RegExp(`^fetched ${PIXEL.length} bytes\nmade 1 x 1 pixels of webp in \\d+ bytes\n$`));
    const lines = (await dts.run('logs', id, '--json')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      ran.stdout
        .trim()
        .split('\n')
        .map((text, line) => ({ line, text })),
    );
  });

  it('prints a long log in full, and ends quietly when its reader goes away', async () => {
    const { id } = await later();
    const texts = Array.from({ length: 1_000 }, (_, line) => `line ${line} ${'x'.repeat(500)}`);
    await stack.redis.call('RPUSH', `${stack.prefix}:io:${id}:logs`, ...texts);
    expect((await dts.run('logs', id)).stdout).toBe(`${texts.join('\n')}\n`);
    const command = `"${process.execPath}" "${DTS}" logs ${id} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const shell = await startProgram('bash', { args: ['-c', command], env: { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey } });
    await shell.exited;
    expect(shell).toMatchObject({ stdout: `${texts[0]}\n141\n`, stderr: '' });
  });

  it('prints nothing where there is nothing', async () => {
    const { id } = await later();
    expect(await dts.run('logs', id)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await dts.run('logs', 'io_nothing')).toMatchObject({ code: 3 });
  });
});

describe('what callers and handlers wrote', () => {
  /** But the end of a line. */
  const CONTROLS = /(?!\n)[\p{Cc}\u202a-\u202e]/u;
  const HOSTILE = 'a\x1b]0;owned\x07\x1b[2J\u009b31m\r\u202etxt.exe';

  it('is shown and not obeyed, by every command that prints it', async () => {
    const payload = JSON.stringify({ url: `${receiver.url}/later`, method: 'POST', json: { [HOSTILE]: HOSTILE } });
    const job = await submit('--payload', payload, '--delay', '1h', '--tag', 'hostile');
    await stack.redis.call('RPUSH', `${stack.prefix}:io:${job.id}:logs`, HOSTILE);
    await dts.run('cancel', job.id);
    await stack.redis.call('HSET', `${stack.prefix}:io:${job.id}`, 'progress', JSON.stringify({ step: HOSTILE }));
    for (const command of [
      ['get', job.id],
      ['logs', job.id],
      ['watch', job.id],
      ['list', '--tag', 'hostile'],
      ['submit', 'http.request', '--payload', payload],
    ]) {
      for (const args of [command, [...command, '--json']]) {
        const { stdout, stderr } = await dts.run(...args);
        expect({ args, stdout: stdout !== '', controls: CONTROLS.exec(stdout + stderr) }).toEqual({ args, stdout: true, controls: null });
      }
    }
    expect((await dts.run('logs', job.id)).stdout).toBe('a\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\r\\u202etxt.exe\n');
  });
});
