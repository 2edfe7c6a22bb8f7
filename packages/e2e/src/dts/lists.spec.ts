import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Job } from '../api.js';
import { Dts, untilPrinted } from './dts.js';

interface List {
  readonly items: readonly Job[];
  readonly more: boolean;
}

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
    expect(people.stdout).toMatch(/^\d\d:\d\d:\d\d {2}scheduled\n(.*\n)*\d\d:\d\d:\d\d {2}completed.*\n$/);
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
  it('prints lines, or nothing', async () => {
    const { id } = await later();
    expect(await dts.run('logs', id)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await dts.run('logs', 'io_nothing')).toMatchObject({ code: 3 });
  });
});
