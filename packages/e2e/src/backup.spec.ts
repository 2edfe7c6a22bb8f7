import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type AppName, freePort, type Receiver, RedisServer, type Stack, startApp, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

const run = promisify(execFile);
const CHECKOUT = resolve(import.meta.dirname, '../../..');
const BACKUP = join(CHECKOUT, 'deploy/redis/backup.sh');
const AUDIT = join(CHECKOUT, 'packages/chaos/dist/audit/main.js');
const HELD = 20;
const BEFORE = 200;
const CALLERS = 8;

/** What was acknowledged before a backup began: a line for each job, as the auditor reads it. */
interface Ledger {
  readonly file: string;
  readonly ids: readonly string[];
}

let dir: string;
let receiver: Receiver;
let stack: Stack;
let api: Api;
/** Of all jobs so far. */
const acknowledged: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dts-backup-'));
  receiver = await startReceiver(async ({ path }, count) => {
    // Runs at the moment of the backup; the run after the restore ends.
    if (path.startsWith('/held') && count === 1) await new Promise(() => {});
    return { body: {} };
  });
  stack = await startStack();
  api = new Api(stack.url, stack.apiKey);
  for (let number = 0; number < HELD; number++) await submit('/held');
  await receiver.waitForCount(HELD, 20_000);
  await submit('/later', { delay: 3_600_000 });
});
afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
  await rm(dir, { recursive: true });
});

async function submit(path: string, options: object = {}): Promise<void> {
  acknowledged.push(await api.submit('http.request', { method: 'GET', url: receiver.url + path }, options));
}

/** Makes a backup while callers submit. @returns what was acknowledged before it began */
async function underLoad(name: string, backUp: () => Promise<unknown>): Promise<Ledger> {
  let ending = false;
  const target = acknowledged.length + BEFORE;
  const call = async () => {
    while (!ending) await submit('/x');
  };
  const callers = Promise.all(Array.from({ length: CALLERS }, call));
  try {
    await waitFor(() => acknowledged.length > target, { timeoutMs: 60_000, describe: 'jobs to lose' });
    const ids = [...acknowledged];
    await backUp();
    const file = join(dir, `${name}.jsonl`);
    await writeFile(file, ids.map((id) => JSON.stringify({ kind: 'acknowledged', at: 0, key: id, id })).join('\n'));
    return { file, ids };
  } finally {
    ending = true;
    await callers;
  }
}

const setting = async (name: string) => (await stack.redis.call('CONFIG', 'GET', name)) as [string, string];

/** A stack on what was restored: what was running runs again, and all that the ledger promises is there. */
async function prove(redis: RedisServer, ledger: Ledger): Promise<void> {
  const env = {
    REDIS_URL: redis.url,
    QUEUE_PREFIX: stack.prefix,
    API_KEYS: JSON.stringify([{ id: 'test', key: stack.apiKey, scopes: ['jobs:read'], tenant: 'test' }]),
    OUTBOUND_ALLOW_LOOPBACK: 'true',
  };
  await using apps = new AsyncDisposableStack();
  const start = async (name: AppName) => {
    const app = await startApp(name, { env, timeoutMs: 60_000 });
    apps.defer(async () => void (await app.stop()));
    return app;
  };
  const [gateway] = await Promise.all([start('gateway'), start('worker')]);
  const restored = new Api(gateway.url, stack.apiKey);
  const held = await Promise.all(ledger.ids.slice(0, HELD).map((id) => restored.wait(id, 40)));
  expect(held.map(({ state, attemptsMade }) => [state, attemptsMade])).toEqual(held.map(() => ['completed', 1]));
  expect((await restored.wait(ledger.ids[HELD] ?? '', 0)).state).toBe('scheduled');
  const audit = await run(process.execPath, [AUDIT, '--redis', redis.url, '--prefix', stack.prefix, '--ledger', ledger.file]);
  expect(audit.stdout).toMatch(/^lost +0$/m);
  expect(audit.stdout).toMatch(new RegExp(`^acknowledged +${ledger.ids.length}$`, 'm'));
}

/** A new server, in an empty folder. */
async function emptyRedis(config: Record<string, string> = {}): Promise<RedisServer> {
  return new RedisServer(await freePort(), await mkdtemp(join(dir, 'redis-')), { config });
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

describe('a backup of a Redis that is in use', () => {
  it('of its append-only files, in a fresh Redis, has all that was acknowledged before', async () => {
    // Files that a rewrite has made, and one that was going on.
    await stack.redis.call('BGREWRITEAOF');
    const archive = join(dir, 'backup.tar');
    const ledger = await underLoad('aof', async () => {
      const backup = spawn('sh', [BACKUP, '-p', String(stack.redis.port)], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [code] = await Promise.all([ended(backup), pipeline(backup.stdout, createWriteStream(archive))]);
      expect(code).toBe(0);
    });
    expect(await setting('auto-aof-rewrite-percentage')).toEqual(['auto-aof-rewrite-percentage', '100']);
    expect(await readdir(stack.redis.dir)).toEqual(['appendonlydir']);

    const redis = await emptyRedis();
    const unpack = spawn('tar', ['--extract', '--file', '-', '--directory', redis.dir], { stdio: ['pipe', 'inherit', 'inherit'] });
    await Promise.all([ended(unpack), pipeline(createReadStream(archive), unpack.stdin)]);
    await redis.start();
    try {
      await prove(redis, ledger);
    } finally {
      await redis.stop();
    }
  }, 180_000);

  it('taken over the network, has it too, once it was loaded without the append-only file and written to one', async () => {
    const file = join(dir, 'dump.rdb');
    const ledger = await underLoad('rdb', () => run('redis-cli', ['-p', String(stack.redis.port), '--rdb', file]));

    const loading = await emptyRedis({ appendonly: 'no' });
    await copyFile(file, join(loading.dir, 'dump.rdb'));
    await loading.start();
    await loading.call('CONFIG', 'SET', 'appendonly', 'yes');
    await waitFor(async () => {
      const state = await loading.info('persistence');
      return state.get('aof_rewrite_in_progress') === '0' && state.get('aof_rewrite_scheduled') === '0';
    });
    await loading.kill();
    const redis = new RedisServer(loading.port, loading.dir);
    await redis.start();
    try {
      await prove(redis, ledger);
    } finally {
      await redis.stop();
    }
  }, 180_000);

  it('is refused where the files are not, or Redis is away', async () => {
    await expect(run('sh', [BACKUP, '-p', String(await freePort())])).rejects.toThrow(/Redis cannot be asked, or has no append-only file/);
    expect(await readdir(stack.redis.dir)).toEqual(['appendonlydir']);
  });
});
