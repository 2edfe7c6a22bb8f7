import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort, type Program, startProgram, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const START_MS = 60_000;

const run = promisify(execFile);

/** Processes that were started for a data directory, whatever their parent is by now. */
async function processesOf(dataDir: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const files = [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].map((file) => readFile(file, 'utf8').catch(() => ''));
      const [environment = '', command = ''] = await Promise.all(files);
      // A server that sets its title has neither left, but it works in its directory.
      const directory = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return [environment, command, directory].some((text) => text.includes(dataDir))
        ? `${pid}: ${command.replaceAll('\0', ' ')}`
        : undefined;
    }),
  );
  return found.filter((line): line is string => line !== undefined);
}

/** Submissions that the gateway has answered. */
async function submissionsOf(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts = [...metrics.matchAll(/^dts_submissions_total\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('npm start', () => {
  let dataDir: string;
  let port: number;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'dts-npm-start-'));
    port = await freePort();
  });

  const started: Program[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((program) => program.stop(30_000)));
  });

  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const npm = async (args: string[], env: Record<string, string>) => {
    const program = await startProgram('npm', { args, cwd: REPOSITORY, env: { DATA_DIR: dataDir, ...env } });
    started.push(program);
    return program;
  };
  const start = (env: Record<string, string> = {}) => npm(['start'], { PORT: String(port), ...env });
  const untilReady = (stack: Program) =>
    waitFor(() => stack.stdout.includes('curl -sS') || !stack.isRunning, { timeoutMs: START_MS, describe: `the banner; ${stack.tail}` });
  const api = async () => new Api(`http://127.0.0.1:${port}`, (await readFile(join(dataDir, 'api-key'), 'utf8')).trim());

  let firstJob: string;

  it('runs the main job with the line that it prints, and leaves nothing behind when npm is told to stop', async () => {
    const stack = await start();
    await untilReady(stack);
    const line = /^\s*(curl -sS .*)$/m.exec(stack.stdout)?.[1] ?? 'no curl line';
    const { stdout } = await run('bash', ['-c', line], { cwd: '/' });
    firstJob = JSON.parse(stdout).id;
    expect(await (await api()).wait(firstJob)).toMatchObject({ state: 'completed', result: { status: 200, body: '{"status":"ok"}' } });
    stack.signal('SIGTERM');
    await stack.exited;
    await waitFor(async () => (await processesOf(dataDir)).length === 0, { timeoutMs: 10_000, describe: 'all processes to end' });
  }, 120_000);

  it('delivers every job of npm run produce although its Redis is killed with -9 meanwhile', async () => {
    const stack = await start();
    await untilReady(stack);
    const redis = (await processesOf(dataDir)).find((line) => line.includes('redis-server'));
    const submitted = await submissionsOf(port);
    const producer = await npm(['run', 'produce', '--', '--count', '5000'], { DTS_URL: `http://127.0.0.1:${port}` });
    const underWay = async () => (await submissionsOf(port)) > submitted + 100 || !producer.isRunning;
    await waitFor(underWay, { timeoutMs: 30_000, describe: `submissions; ${producer.tail}` });
    process.kill(Number.parseInt(redis ?? '', 10), 'SIGKILL');
    expect({ ...(await producer.exited), output: producer.output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('5,000 arrived'),
    });
    expect(producer.output).toMatch(/retried/);
    stack.signal('SIGTERM');
    await stack.exited;
    await waitFor(async () => (await processesOf(dataDir)).length === 0, { timeoutMs: 10_000, describe: 'all processes to end' });
  }, 120_000);

  it('has every job again after it was stopped', async () => {
    const stack = await start();
    await untilReady(stack);
    expect((await (await api()).call('GET', `/v1/jobs/${firstJob}`)).body).toMatchObject({ id: firstJob, state: 'completed' });
    const second = await start();
    expect(await second.exited).toMatchObject({ code: 1 });
    expect(second.stderr).toMatch(new RegExp(`${port}|in use|${dataDir}`));
    stack.signal('SIGINT');
    await stack.exited;
    await waitFor(async () => (await processesOf(dataDir)).length === 0, { timeoutMs: 10_000, describe: 'all processes to end' });
  }, 120_000);

  it.each([
    ['a port that is in use', async () => ({}), /Port \d+ on 127\.0\.0\.1 is already in use/],
    [
      'a Redis that is not there',
      async () => ({ REDIS_URL: `redis://:secret@127.0.0.1:${await freePort()}`, PORT: String(await freePort()) }),
      /Redis/,
    ],
  ])(
    'says in one line what is wrong with %s',
    async (_what, env, message) => {
      const blocker = createServer().listen(port, '127.0.0.1');
      try {
        const stack = await start(await env());
        expect(await stack.exited).toMatchObject({ code: 1 });
        const lines = stack.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm '));
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatch(message);
        expect(stack.output).not.toContain('secret');
      } finally {
        blocker.close();
      }
    },
    60_000,
  );
});
