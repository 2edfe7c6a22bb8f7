import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cutBack } from './cut-back.js';
import { RedisProcess } from './redis-process.js';
import { Shim } from './shim.js';

const canCompile = process.platform === 'linux' && ['cc', 'gcc', 'clang'].some((name) => spawnSync(name, ['--version']).status === 0);

/** Writes three files: one synced in its middle, one never, one synced and then shortened. Then it stays. */
const WRITER = `
const fs = require('node:fs');
const write = (name, text) => { const fd = fs.openSync(name, 'a'); fs.writeSync(fd, text); return fd; };
const half = write('half', 'durable'); fs.fdatasyncSync(half); fs.writeSync(half, ' and not'); fs.renameSync('half', 'renamed');
write('never', 'gone');
const short = write('short', '0123456789'); fs.fsyncSync(short); fs.ftruncateSync(short, 4); fs.writeSync(short, 'xx');
`;

(canCompile ? describe : describe.skip)('a power cut', () => {
  let dir: string;
  let shim: Shim;

  beforeAll(async () => {
    shim = await Shim.compile();
    dir = await mkdtemp(join(tmpdir(), 'dts-cut-'));
  });

  afterAll(async () => {
    await shim?.remove();
    await rm(dir, { recursive: true, force: true });
  });

  it('leaves of each file what its last fsync covered', async () => {
    const cwd = join(dir, 'files');
    await mkdir(cwd);
    const disk = shim.watch(cwd, 'files');
    const writer = await startProgram(process.execPath, { args: ['-e', WRITER], env: disk.env, cwd });
    expect(await writer.exited).toEqual({ code: 0, signal: null });
    expect(await cutBack(cwd, disk)).toBe(' and not'.length + 'gone'.length + 'xx'.length);
    const contents = await Promise.all(['renamed', 'never', 'short'].map((name) => readFile(join(cwd, name), 'utf8')));
    expect(contents).toEqual(['durable', '', '0123']);
  });

  it('forgets a file that another one has replaced', async () => {
    const cwd = join(dir, 'replaced');
    await mkdir(cwd);
    const disk = shim.watch(cwd, 'replaced');
    const code = `const fs = require('node:fs'); const fd = fs.openSync('a', 'w'); fs.writeSync(fd, 'old'); fs.fsyncSync(fd); fs.closeSync(fd);
      fs.writeSync(fs.openSync('a', 'w'), 'new text');`;
    await (await startProgram(process.execPath, { args: ['-e', code], env: disk.env, cwd })).exited;
    await cutBack(cwd, disk);
    expect(await readFile(join(cwd, 'a'), 'utf8')).toBe('');
  });

  it.each([
    ['always', '1'],
    ['no', null],
  ])('with appendfsync %s leaves Redis with %s', async (appendfsync, expected) => {
    const redis = await RedisProcess.start({ settings: { appendfsync }, watch: (data) => shim.watch(data, appendfsync) });
    try {
      await redis.command('SET', 'acknowledged', '1');
      await redis.cutPower();
      await redis.start();
      expect(await redis.command('GET', 'acknowledged')).toBe(expected);
    } finally {
      await redis.remove();
    }
  });

  it('waits as long as it is told to before an fsync', async () => {
    const redis = await RedisProcess.start({ watch: (data) => shim.watch(data, 'slow') });
    try {
      await redis.disk?.delayFsync(300);
      const startedAt = performance.now();
      await redis.command('SET', 'slow', '1');
      expect(performance.now() - startedAt).toBeGreaterThan(300);
    } finally {
      await redis.remove();
    }
  });
});
