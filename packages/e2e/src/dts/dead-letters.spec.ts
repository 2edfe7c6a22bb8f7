import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Job } from '../api.js';
import { Dts } from './dts.js';
import { Terminal } from './terminal.js';

interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly done: number;
}

let stack: Stack;
let receiver: Receiver;
let env: Readonly<Record<string, string>>;
let dts: Dts;
let tag: string;
let tags = 0;

beforeAll(async () => {
  receiver = await startReceiver();
  stack = await startStack();
  env = { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey };
  dts = new Dts(env);
});

afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
});

/** Three dead letters of its own for each test. */
beforeEach(async () => {
  tag = `dead-${++tags}`;
  receiver.respond = () => ({ status: 400 });
  const die = () => dts.run('submit', 'http.request', `url=${receiver.url}/x`, '--tag', tag, '--wait');
  expect((await Promise.all([die(), die(), die()])).map(({ code }) => code)).toEqual([1, 1, 1]);
});

const states = async () => (await dts.json<{ items: Job[] }>('list', '--tag', tag)).items.map(({ state }) => state);

describe('dts dead-letters ls', () => {
  it('lists them by whatever narrows', async () => {
    const list = await dts.json<{ items: Job[] }>('dead-letters', 'ls', '--tag', tag, '--queue', 'io', '--since', '1h');
    expect(list.items.map(({ state }) => state)).toEqual(['dead', 'dead', 'dead']);
    const reason = String(list.items[0]?.error?.code);
    const ran = await dts.run('dl', 'ls', '--tag', tag, '--reason', reason);
    expect(ran.stdout).toMatch(/^ID +NAME +DIED +ATTEMPTS +REASON +MESSAGE\n/);
    expect(ran.stdout.trim().split('\n')).toHaveLength(4);
    expect(await dts.run('dl', 'ls', '--tag', tag, '--until', '1h')).toMatchObject({ code: 0, stdout: '', stderr: 'No dead letters.\n' });
  });
});

describe('dts dead-letters redrive', () => {
  it('shows which, and changes nothing, in a dry run', async () => {
    const ran = await dts.run('dead-letters', 'redrive', '--tag', tag, '--dry-run');
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^3 dead letters match\.\n\nID /) });
    expect(await dts.json('dead-letters', 'redrive', '--tag', tag, '--dry-run')).toMatchObject({ matched: 3 });
    expect(await states()).toEqual(['dead', 'dead', 'dead']);
  });

  it('does not do it unasked where there is nobody to ask', async () => {
    const ran = await dts.run('dead-letters', 'redrive', '--tag', tag);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/3 dead letters match[\s\S]*--yes/) });
    expect(await states()).toEqual(['dead', 'dead', 'dead']);
  });

  it('does it with --yes, and follows it to its end', async () => {
    receiver.respond = () => ({ body: {} });
    const ran = await dts.run('dead-letters', 'redrive', '--tag', tag, '--yes');
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^State +completed$/m) });
    expect(ran.stdout).toMatch(/^Jobs +3 done, 0 skipped, 0 failed; (\d+) of \1 looked at$/m);
    const list = await dts.json<{ items: Job[] }>('list', '--tag', tag);
    await Promise.all(list.items.map(({ id }) => dts.run('watch', id)));
    expect(await states()).toEqual(['completed', 'completed', 'completed']);
  });

  it('asks on a terminal: no changes nothing, yes does it', async () => {
    receiver.respond = () => ({ body: {} });
    const args = ['dead-letters', 'redrive', '--tag', tag];
    const declined = await Terminal.start({ args, env });
    await declined.until(/Redrive 3\? \[y\/N\]/);
    declined.type('n\n');
    expect((await declined.ended).code).toBe(1);
    expect(declined.text).toContain('Nothing was changed.');
    expect(await states()).toEqual(['dead', 'dead', 'dead']);
    const agreed = await Terminal.start({ args, env });
    await agreed.until(/Redrive 3\? \[y\/N\]/);
    agreed.type('y\n');
    expect((await agreed.ended).code).toBe(0);
    expect(agreed.text).toMatch(/State +completed/);
    await Promise.all([declined.close(), agreed.close()]);
  });

  it('takes the end of the input for no', async () => {
    const terminal = await Terminal.start({ args: ['dead-letters', 'redrive', '--tag', tag], env });
    await terminal.until(/Redrive 3\? \[y\/N\]/);
    terminal.type('\x04');
    expect((await terminal.ended).code).toBe(1);
    expect(terminal.text).toMatch(/\[y\/N\] *\nNothing was changed\./);
    expect(await states()).toEqual(['dead', 'dead', 'dead']);
    await terminal.close();
  });

  it('is interrupted at the question by Ctrl-C, with the terminal as it was', async () => {
    const terminal = await Terminal.start({ args: ['dead-letters', 'redrive', '--tag', tag], env });
    await terminal.until(/Redrive 3\?/);
    terminal.type('\x03');
    expect((await terminal.ended).code).toBe(130);
    expect(await states()).toEqual(['dead', 'dead', 'dead']);
    await terminal.close();
  });
});

describe('dts dead-letters purge', () => {
  it('removes them for good', async () => {
    const operation = await dts.json<Operation>('dead-letters', 'purge', '--tag', tag, '--limit', '2', '--yes');
    expect(operation).toMatchObject({ kind: 'purge', state: 'completed', done: 2 });
    expect(await states()).toEqual(['dead']);
    expect((await dts.run('dead-letters', 'purge', '--tag', tag, '--yes')).code).toBe(0);
    const none = await dts.run('dead-letters', 'purge', '--tag', tag);
    expect(none).toMatchObject({ code: 0, stdout: 'No dead letters match.\n' });
  });
});

describe('dts operations', () => {
  it('lists, shows, follows and cancels them', async () => {
    receiver.respond = () => ({ body: {} });
    const asked = ['dead-letters', 'redrive', '--tag', tag, '--yes', '--detach', '--rate', '0.5', '--idempotency-key', tag];
    const started = await dts.json<Operation>(...asked);
    expect(await dts.json<Operation>(...asked)).toMatchObject({ id: started.id });
    expect((await dts.run('operations', 'ls')).stdout).toMatch(new RegExp(`^${started.id} +redrive +\\w+ `, 'm'));
    expect(await dts.json('operations', 'get', started.id)).toMatchObject({ id: started.id, ratePerSecond: 0.5 });
    const watching = await dts.start('operations', 'watch', started.id, '--json');
    const cancelled = await dts.json<Operation>('operations', 'cancel', started.id);
    expect(['cancelled', 'running', 'completed']).toContain(cancelled.state);
    const { code } = await watching.exited;
    const ended = JSON.parse(watching.stdout) as Operation;
    expect(code).toBe(ended.state === 'completed' ? 0 : 1);
    expect(['cancelled', 'completed']).toContain(ended.state);
    expect(await dts.run('operations', 'get', 'op_nothing')).toMatchObject({ code: 3, stdout: '' });
  });
});
