import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startReceiver, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SAME_PRESS_MS } from './stop-requests.js';
import { isGone, SmallCheckout } from './testing/small-checkout.js';

let checkout: SmallCheckout;

beforeEach(() => {
  checkout = new SmallCheckout();
});

afterEach(() => checkout.remove());

const pidsOf = (stack: { pids(record: string): Promise<number[]> }) => stack.pids(checkout.data('redis/server.json'));
const redisPid = () => JSON.parse(readFileSync(checkout.data('redis/server.json'), 'utf8')).pid as number;

describe('npm start', () => {
  it('runs Redis and the apps, tells each what it needs, and stops them all', async () => {
    const stack = await checkout.startStack({ QUEUE_PREFIX: 'mine' });
    const redisUrl = readFileSync(checkout.data('redis-url'), 'utf8');
    expect(statSync(checkout.data('redis-url')).mode & 0o777).toBe(0o600);
    const { env } = await stack.self('worker');
    expect(env).toMatchObject({
      REDIS_URL: redisUrl,
      QUEUE_PREFIX: 'mine',
      DURABILITY: 'synced',
      OUTBOUND_ALLOW_LOOPBACK: 'true',
      HOST: '127.0.0.1',
    });
    const gateway = (await stack.self('gateway')).env;
    expect(gateway).not.toHaveProperty('OUTBOUND_ALLOW_LOOPBACK');
    expect(JSON.parse(gateway.API_KEYS ?? '')).toMatchObject([{ id: 'local', tenant: 'default' }]);
    expect(stack.program.stdout).toContain(`API key     ${checkout.data('api-key')}`);
    const pids = await pidsOf(stack);
    expect(await stack.program.stop()).toEqual({ code: 0, signal: null });
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
    expect(['stack.pid', 'redis-url', 'redis/server.json'].filter((file) => existsSync(checkout.data(file)))).toEqual([]);
    expect(stack.program.stderr).toBe('');
  });

  it('restarts Redis and apps that die, and shows what warns', async () => {
    const stack = await checkout.startStack();
    const before = { redis: redisPid(), worker: (await stack.self('worker')).pid };
    process.kill(before.redis, 'SIGKILL');
    await stack.ask('worker', 'crash').catch(() => {});
    await waitFor(async () => redisPid() !== before.redis && (await stack.self('worker')).pid !== before.worker);
    await stack.ask('worker', 'warn');
    await waitFor(() => stack.program.stderr.includes('something odd'));
    expect(stack.program.stderr.split('\n').sort()).toEqual([
      '',
      'redis was ended by SIGKILL: restarting it',
      'worker-io-1 exited with code 7: restarting it',
      'worker-io-1 something odd',
    ]);
    // Written behind, and read here by another process.
    await waitFor(() => readFileSync(checkout.data('logs/worker-io-1.log'), 'utf8').includes('nothing special'));
  });

  it('waits for running jobs when told to stop, however often it is told at once', async () => {
    const stack = await checkout.startStack();
    await stack.ask('worker', 'job');
    stack.program.signal('SIGINT');
    stack.program.signal('SIGTERM'); // npm passes on what the terminal has sent already
    await waitFor(() => stack.program.stdout.includes('Draining: waiting for running jobs, press Ctrl-C again to stop at once'));
    await waitFor(() =>
      fetch(stack.urls.gateway).then(
        () => false,
        () => true,
      ),
    );
    const redis = new Redis(readFileSync(checkout.data('redis-url'), 'utf8'));
    await expect(redis.ping()).resolves.toBe('PONG');
    redis.disconnect();
    await stack.ask('worker', 'job-done');
    expect(await stack.program.exited).toEqual({ code: 0, signal: null });
  });

  it('stops at once at the second signal', async () => {
    const stack = await checkout.startStack();
    const pids = await pidsOf(stack);
    await stack.ask('worker', 'job');
    stack.program.signal('SIGINT');
    await waitFor(() => stack.program.stdout.includes('Draining'));
    await delay(SAME_PRESS_MS + 100); // sooner, it would count as the same key press
    stack.program.signal('SIGINT');
    expect(await stack.program.exited).toEqual({ code: 130, signal: null });
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  });

  it('leaves no process behind when it is killed, and starts again with its data', async () => {
    const stack = await checkout.startStack();
    const pids = await pidsOf(stack);
    const first = new Redis(readFileSync(checkout.data('redis-url'), 'utf8'));
    await first.set('job', '1');
    first.disconnect();
    const key = readFileSync(checkout.data('api-key'), 'utf8');
    await stack.program.kill();
    await waitFor(() => pids.every(isGone));
    await checkout.startStack();
    const second = new Redis(readFileSync(checkout.data('redis-url'), 'utf8'));
    await expect(second.get('job')).resolves.toBe('1');
    second.disconnect();
    expect(readFileSync(checkout.data('api-key'), 'utf8')).toBe(key);
  });

  it('stops when the process that started it is gone', async () => {
    const env = { PATH: process.env.PATH, PORT: String(await freePort()) };
    const child = fork(join(checkout.root, 'packages/local/dist/main.js'), { env, silent: true, execArgv: [] });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await waitFor(() => output.includes('is ready'), { timeoutMs: 15_000 });
    const redis = redisPid();
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
    expect(isGone(redis)).toBe(true);
  });

  it('can be stopped while it starts', async () => {
    const program = await checkout.run('main', { PORT: String(await freePort()) });
    await waitFor(() => existsSync(checkout.data('redis/server.json')));
    const redis = redisPid();
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(isGone(redis)).toBe(true);
  });
});

describe('npm start that cannot', () => {
  /** What it says, when all that it may do is to say it and exit with code 1. */
  async function refusal(env: Readonly<Record<string, string>>): Promise<string> {
    const program = await checkout.run('main', { PORT: String(await freePort()), ...env });
    expect(await program.exited).toEqual({ code: 1, signal: null });
    return program.stderr;
  }

  it.each(['main', 'workers'] as const)('refuses an option that %s does not have', async (entry) => {
    const program = await checkout.run(entry, {}, ['--verbos']);
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.stderr).toMatch(/^error: unknown option '--verbos'\n/);
  });

  it('names a port in use before it starts anything', async () => {
    const other = await startReceiver();
    const port = String(other.port);
    expect(await refusal({ PORT: port })).toBe(`Port ${port} on 127.0.0.1 is already in use: stop what uses it, or set PORT.\n`);
    await other.stop();
    expect(existsSync(checkout.data())).toBe(false);
  });

  it('names a data directory in use', async () => {
    const stack = await checkout.startStack();
    expect(await refusal({})).toBe(
      `DATA_DIR ${checkout.data()} is in use by another running stack (process ${stack.program.pid}): stop it, or set DATA_DIR.\n`,
    );
    expect(stack.program.isRunning).toBe(true);
  });

  it('names a REDIS_URL that does not answer, without its password', async () => {
    const port = await freePort();
    const said = await refusal({ REDIS_URL: `redis://:secret@127.0.0.1:${port}` });
    expect(said).toMatch(new RegExp(`^Redis at 127\\.0\\.0\\.1:${port} cannot be used \\(.*ECONNREFUSED.*\\): check REDIS_URL.*\\n$`));
    expect(said).not.toContain('secret');
  });

  it('names everything that is wrong with the environment', async () => {
    expect(await refusal({ PORT: 'x', DURABILITY: 'y' })).toMatch(/^The environment is not usable:\n {2}PORT: .*\n {2}DURABILITY: .*\n$/);
  });

  it('gives up an app that ends five times at its start, and stops the others', async () => {
    const said = await refusal({ FAIL_AT_BOOT: 'scaler' });
    expect(said).toContain('scaler exited with code 3 while it started, 5 times.');
    expect(said).toMatch(/\n {2}scaler: the answer is 42, not 41\n$/);
    expect(existsSync(checkout.data('redis/server.json'))).toBe(false);
  });

  it('starts an app only once that refuses its environment', async () => {
    const said = await refusal({ REFUSE_ENVIRONMENT: 'worker' });
    expect(said).toContain('COLOUR: is not green\n');
    expect(said).toMatch(/\nThe worker cannot run with this environment: mend what it names above, then start again\.\n$/);
    expect(said).not.toContain('restarting');
  });

  it('names a damaged append-only file', async () => {
    const stack = await checkout.startStack();
    await stack.program.stop();
    const manifest = checkout.data('redis/appendonlydir/appendonly.aof.manifest');
    writeFileSync(manifest, 'rubbish\n');
    expect(await refusal({})).toContain(`Redis cannot read its append-only files in ${checkout.data('redis/appendonlydir')} (`);
    expect(readFileSync(manifest, 'utf8')).toBe('rubbish\n');
  });
});
