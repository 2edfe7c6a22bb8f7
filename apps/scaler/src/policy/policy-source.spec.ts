import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadEnv } from '@dts/runtime';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import { scalerEnv } from '../env.js';
import { loadFirstPolicy } from './load-policy.js';
import { PolicySource } from './policy-source.js';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const policy = (max: number) => `
mode: enforce
pools:
  io: { queues: [io], target: { kind: dry-run }, min: 1, max: ${max} }
`;

describe('PolicySource', () => {
  let folder: string;
  let file: string;
  let valid: Gauge;
  let source: PolicySource | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dts-policy-'));
    file = join(folder, 'policy.yaml');
    valid = new Gauge({ name: 'valid', help: 'valid', registers: [new Registry()] });
  });
  afterEach(() => {
    source?.onModuleDestroy();
    rmSync(folder, { recursive: true });
  });

  const open = (env: Record<string, string>) => {
    const parsed = loadEnv(scalerEnv, env);
    source = new PolicySource(parsed, logger, loadFirstPolicy(parsed), valid);
    source.onApplicationBootstrap();
    return source;
  };
  const isValid = async () => (await valid.get()).values[0]?.value;

  it('has a pool for each queue where there is no file, which only observes where there is nothing to scale', () => {
    const { current, source: from } = open({ QUEUES: 'io:5,cpu', WORKERS_MIN: '0', WORKERS_MAX: '3' });
    expect(from).toBe('built in');
    expect(current).toMatchObject([
      { pool: 'io', queues: ['io'], mode: 'observe', min: 0, max: 3, target: { kind: 'dry-run' } },
      { pool: 'cpu', queues: ['cpu'], mode: 'observe', min: 0, max: 3 },
    ]);
  });

  it('scales local processes where it may, unless told not to', () => {
    expect(open({ SCALER_TARGET: 'local-process' }).current).toMatchObject([{ mode: 'enforce' }, {}, {}]);
    expect(open({ SCALER_TARGET: 'local-process', SCALER_MODE: 'off' }).current).toMatchObject([{ mode: 'off' }, {}, {}]);
  });

  it('takes a file that has changed, without a restart', async () => {
    writeFileSync(file, policy(4));
    const { current } = open({ SCALER_POLICY: file });
    expect(current).toMatchObject([{ pool: 'io', max: 4 }]);
    writeFileSync(file, policy(6));
    await waitFor(() => source?.current[0]?.max === 6);
    expect([source?.problem, await isValid()]).toEqual([undefined, 1]);
  });

  it('keeps the last good one while the file is wrong or gone, and says so', async () => {
    writeFileSync(file, policy(4));
    open({ SCALER_POLICY: file });
    writeFileSync(file, policy(-1));
    await waitFor(() => source?.problem !== undefined);
    expect(source?.problem).toMatch(/pools\.io\.max/);
    expect([source?.current[0]?.max, await isValid()]).toEqual([4, 0]);
    rmSync(file);
    await waitFor(() => source?.problem?.includes('ENOENT'));
    writeFileSync(file, policy(4));
    await waitFor(() => source?.problem === undefined);
    expect([source?.current[0]?.max, await isValid()]).toEqual([4, 1]);
  });

  it('follows a mounted ConfigMap, which swaps a folder and leaves the file a link', async () => {
    for (const [version, max] of Object.entries({ '..1': 4, '..2': 6 })) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'policy.yaml'), policy(max));
    }
    symlinkSync('..1', join(folder, '..data'));
    symlinkSync('..data/policy.yaml', file);
    open({ SCALER_POLICY: file });
    symlinkSync('..2', join(folder, '..tmp'));
    renameSync(join(folder, '..tmp'), join(folder, '..data'));
    rmSync(join(folder, '..1'), { recursive: true });
    await waitFor(() => source?.current[0]?.max === 6);
    expect(source?.problem).toBeUndefined();
  });

  it.each([
    ['is too large', () => writeFileSync(file, '#'.repeat(200_000)), /200000 bytes/],
    ['is a folder', () => [rmSync(file), mkdirSync(file)], /no file/],
    ['is empty', () => writeFileSync(file, ''), /line 1/],
    ['is no text', () => writeFileSync(file, Buffer.from(Array.from({ length: 9_999 }, (_, at) => (at * 7) % 256))), /line 1: is "/],
    ['has tabs', () => writeFileSync(file, 'pools:\n\tio: {}\n'), /line 2: is no YAML: Tabs/],
    ['has a pool twice', () => writeFileSync(file, policy(4) + policy(5).split('\n').slice(3).join('\n')), /must be unique/],
    ['has a queue that there is not', () => writeFileSync(file, policy(4).replace('[io]', '[oi]')), /give io, rate-limited, cpu/],
    ['has a queue twice', () => writeFileSync(file, policy(4) + policy(4).split('\n')[3]?.replace('io:', 'web:')), /belongs to the pool/],
  ])('says in few words why a file is not taken that %s', async (_what, write, problem) => {
    writeFileSync(file, policy(4));
    open({ SCALER_POLICY: file });
    write();
    await waitFor(() => source?.problem !== undefined);
    expect(source?.problem).toMatch(problem);
    expect(source?.problem?.length).toBeLessThan(7_000);
    expect(source?.current[0]?.max).toBe(4);
  });

  it('tells the first of very many problems, and how many more there are', async () => {
    const pool = policy(4).split('\n')[3] ?? '';
    writeFileSync(file, policy(4) + Array.from({ length: 500 }, (_, at) => `${pool.replace('io:', `p${at}:`)}\n`).join(''));
    expect(() => open({ SCALER_POLICY: file })).toThrow(/p1\.queues[\s\S]* … and 481 more$/);
  });

  it('refuses to start with a file that is wrong: there is no last good one', () => {
    expect(() => open({ SCALER_POLICY: file })).toThrow(/SCALER_POLICY .*ENOENT/);
    writeFileSync(file, policy(-1));
    expect(() => open({ SCALER_POLICY: file })).toThrow(/SCALER_POLICY [\s\S]*pools\.io\.max/);
  });
});
