import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type DataDir, openDataDir } from './data-dir.js';
import { embeddedRedis } from './embedded-redis.js';
import { recordRedis, stopLeftoverRedis } from './leftover-redis.js';
import type { ProgramLog } from './program-log.js';
import { SupervisedProcess } from './supervised-process.js';
import { silentLog } from './testing/silent-log.js';
import { TemporaryFolder } from './testing/temporary-folder.js';

let folder: TemporaryFolder;
let dataDir: DataDir;
let log: ProgramLog;
let running: SupervisedProcess | undefined;

beforeEach(() => {
  folder = new TemporaryFolder();
  dataDir = openDataDir(join(folder.path, 'it\'s "odd"'));
  ({ log } = silentLog('redis', dataDir.logs));
});

afterEach(async () => {
  await running?.stop();
  await log.close();
  dataDir.release();
  folder[Symbol.dispose]();
});

async function start(fsync: 'always' | 'everysec' = 'always'): Promise<string> {
  const { program, url } = await embeddedRedis(dataDir, fsync);
  running = new SupervisedProcess(program, log);
  await running.start();
  return url;
}

/** Waits for a server that is just being restarted. */
async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redis.on('error', () => {}); // refused while it is away
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

const pidOf = (url: string) => ask(url, async (redis) => Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]));

function dataFile(ending: '.incr.aof' | '.base.rdb' | '.manifest'): string {
  const aof = join(dataDir.redis, 'appendonlydir');
  return join(aof, readdirSync(aof).find((name) => name.endsWith(ending)) ?? 'none');
}

describe('embeddedRedis', () => {
  it('runs with the durable settings', async () => {
    const url = await start();
    const live = await ask(url, (redis) => redis.config('GET', '*'));
    expect(Object.fromEntries(pairs(live as string[]))).toMatchObject({
      appendonly: 'yes',
      appendfsync: 'always',
      'no-appendfsync-on-rewrite': 'no',
      'aof-use-rdb-preamble': 'yes',
      'maxmemory-policy': 'noeviction',
      save: '',
      bind: '127.0.0.1',
      'protected-mode': 'yes',
      dir: dataDir.redis,
    });
  });

  it('syncs every second only when asked to be fast', async () => {
    const url = await start('everysec');
    await expect(ask(url, (redis) => redis.config('GET', 'appendfsync'))).resolves.toEqual(['appendfsync', 'everysec']);
  });

  it('keeps its password out of the list of processes, and its files to their owner', async () => {
    const url = await start();
    const { password } = new URL(url);
    expect(readFileSync(`/proc/${await pidOf(url)}/cmdline`, 'utf8')).not.toContain(password);
    expect(readFileSync(`/proc/${await pidOf(url)}/environ`, 'utf8')).not.toContain(password);
    for (const file of ['redis-password', 'redis/redis.conf']) expect(statSync(join(dataDir.root, file)).mode & 0o777).toBe(0o600);
    await expect(ask(url.replace(password, 'guess'), (redis) => redis.ping())).rejects.toThrow(/WRONGPASS|NOAUTH/);
  });

  it('keeps its data when it is stopped and started again', async () => {
    await ask(await start(), (redis) => redis.set('job', '1'));
    await running?.stop();
    await expect(ask(await start(), (redis) => redis.get('job'))).resolves.toBe('1');
  });

  it('comes back with its data, at the same place, after kill -9', async () => {
    const url = await start();
    await ask(url, (redis) => redis.set('job', '1'));
    const before = await pidOf(url);
    process.kill(before, 'SIGKILL');
    await expect(ask(url, (redis) => redis.get('job'))).resolves.toBe('1');
    expect(await pidOf(url)).not.toBe(before);
  });

  it('loads a file whose last command was cut off by a power failure', async () => {
    const url = await start();
    await ask(url, (redis) => redis.mset('whole', '1'));
    await ask(url, (redis) => redis.set('cut', '1'));
    await running?.stop();
    truncateSync(dataFile('.incr.aof'), statSync(dataFile('.incr.aof')).size - 3);
    await expect(ask(await start(), (redis) => redis.mget('whole', 'cut'))).resolves.toEqual(['1', null]);
  });

  it('says which file is damaged and how to mend it, and the advice works', async () => {
    await ask(await start(), (redis) => redis.set('first', '1'));
    await running?.stop();
    await ask(await start(), (redis) => redis.set('second', '2'));
    await running?.stop();
    const file = dataFile('.incr.aof');
    const content = readFileSync(file, 'latin1');
    writeFileSync(file, content.replace('*3\r\n$3\r\nset\r\n$6\r\nsecond', '#3\r\n$3\r\nset\r\n$6\r\nsecond'), 'latin1');
    const damaged = readFileSync(file);
    const error = await start().then(String, (reason: Error) => reason.message);
    expect(error).toContain(`Redis cannot read its append-only file ${file}: it is damaged. Nothing was changed or deleted.`);
    expect(error).not.toContain('\n');
    expect(readFileSync(file).equals(damaged)).toBe(true);
    const advice = /cut the damaged end off with: (.*)$/.exec(error)?.[1] ?? '';
    const fix = await startProgram('bash', { args: ['-c', `yes | ${advice}`] });
    expect(await fix.exited).toEqual({ code: 0, signal: null });
    await expect(ask(await start(), (redis) => redis.mget('first', 'second'))).resolves.toEqual(['1', null]);
  });

  it('does not advise to mend what cannot be mended', async () => {
    await start();
    await running?.stop();
    const file = dataFile('.base.rdb');
    truncateSync(file, statSync(file).size - 20);
    await expect(start()).rejects.toThrow(
      /^Redis cannot read its append-only files in .*appendonlydir \(.*\)\. Nothing was changed or deleted\. Restore the folder from a copy\.$/,
    );
  });

  it('names a file that is missing', async () => {
    await start();
    await running?.stop();
    rmSync(dataFile('.base.rdb'));
    await expect(start()).rejects.toThrow(/^Redis cannot read its append-only files in .* \(Unable to obtain the AOF file .*base\.rdb/);
  });

  it('does not let Redis start empty over files whose list is missing', async () => {
    await ask(await start(), (redis) => redis.set('job', '1'));
    await running?.stop();
    const list = dataFile('.manifest');
    const text = readFileSync(list);
    rmSync(list);
    await expect(start()).rejects.toThrow(
      /^Redis cannot read its append-only files in .*: appendonly\.aof\.manifest is missing beside appendonly\.aof\.1\.incr\.aof\. Nothing was changed or deleted\./,
    );
    writeFileSync(list, text);
    await expect(ask(await start(), (redis) => redis.get('job'))).resolves.toBe('1');
  });

  it('starts again what was killed before its first list was written', async () => {
    await start();
    await running?.stop();
    truncateSync(dataFile('.incr.aof'));
    rmSync(dataFile('.manifest'));
    await expect(ask(await start(), (redis) => redis.dbsize())).resolves.toBe(0);
  });
});

describe('stopLeftoverRedis', () => {
  it('ends the server that a killed stack left, and no other process that has its id now', async () => {
    const left = await startProgram('sleep', { args: ['60'] });
    recordRedis(dataDir.redis, left.pid);
    expect(await stopLeftoverRedis(dataDir.redis)).toBe(left.pid);
    expect(await left.exited).toEqual({ code: null, signal: 'SIGTERM' });
    const innocent = await startProgram('sleep', { args: ['60'] });
    writeFileSync(join(dataDir.redis, 'server.json'), JSON.stringify({ pid: innocent.pid, identity: 'an earlier boot 1' }));
    expect(await stopLeftoverRedis(dataDir.redis)).toBeUndefined();
    expect(innocent.isRunning).toBe(true);
    await innocent.kill();
  });
});

function pairs(list: readonly string[]): [string, string][] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? '']] : []));
}
