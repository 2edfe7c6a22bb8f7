import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Program, startProgram } from '../processes/program.js';
import { waitFor } from '../waiting/wait-for.js';

const ROOT = join(import.meta.dirname, '../../../..');
const JEST = createRequire(import.meta.url).resolve('jest/bin/jest');

let run: Program | undefined;
afterEach(() => run?.kill());

/** Jest with the workspace's own preset on one of the fixtures; `projects` are names only, each runs it. */
async function jestOn(fixture: string, env: Record<string, string>, projects = ['one']): Promise<Program> {
  const { default: preset } = (await import(join(ROOT, 'jest.preset.mjs'))) as { default: object };
  const base = { ...preset, rootDir: join(import.meta.dirname, '..', '..'), testMatch: [join(import.meta.dirname, 'fixtures', fixture)] };
  const config = JSON.stringify({ projects: projects.map((displayName) => ({ ...base, displayName })) });
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', JEST, '--runInBand', '--config', config];
  run = await startProgram(process.execPath, { args, env });
  return run;
}

const redisUrls = (program: Program) => [...program.output.matchAll(/redis=(\S+)/g)].map((match) => match[1] ?? '');

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {}); // the answer
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

describe('the leak check', () => {
  it('fails a suite that leaves a socket, a process and a timer, and the run still ends', async () => {
    const program = await jestOn('leak.fixture.ts', { LEAK: 'socket,process,timer' });
    await expect(program.exited).resolves.toEqual({ code: 1, signal: null });
    expect(program.output.match(/^ +(this suite|a listening|a running).*$/gm)).toEqual([
      expect.stringMatching(/this suite leaves behind \(close in afterEach or afterAll\):$/),
      expect.stringMatching(/a listening socket$/),
      expect.stringMatching(/a running child process, from at .*leak\.fixture\.ts:/),
      expect.stringMatching(/a running timer, from at .*leak\.fixture\.ts:/),
    ]);
    expect(program.output).toContain('1 passed');
  });

  it('passes a suite that closes them in its afterAll', async () => {
    const program = await jestOn('leak.fixture.ts', { LEAK: 'socket,process,timer', CLOSE: 'yes' });
    await expect(program.exited).resolves.toEqual({ code: 0, signal: null });
  });
});

describe('the Redis of a run', () => {
  it('is one for all projects, and is gone after the run', async () => {
    const program = await jestOn('redis-url.fixture.ts', {}, ['one', 'two', 'three']);
    await expect(program.exited).resolves.toEqual({ code: 0, signal: null });
    const urls = redisUrls(program);
    expect(urls).toHaveLength(3);
    expect(new Set(urls).size).toBe(1);
    await expect(answers(urls[0] ?? '')).resolves.toBe(false);
  });

  it('dies with a Jest that is killed', async () => {
    const program = await jestOn('redis-url.fixture.ts', { HANG: 'yes' });
    const [url = ''] = await waitFor(() => (redisUrls(program).length > 0 ? redisUrls(program) : undefined), {
      describe: 'the fixture',
      timeoutMs: 10_000,
    });
    await expect(answers(url)).resolves.toBe(true);
    await program.kill();
    await waitFor(async () => !(await answers(url)), { describe: 'Redis to die with Jest' });
  });

  it('fails the run within seconds, in one clear line, when it is not there', async () => {
    const program = await jestOn('redis-url.fixture.ts', { TEST_REDIS_URL: 'redis://127.0.0.1:1' });
    await expect(program.exited).resolves.toEqual({ code: 1, signal: null });
    expect(program.output).toContain('the Redis that TEST_REDIS_URL names does not answer; unset it to have one started');
  });
});
