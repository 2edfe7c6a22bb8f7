import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UsageError } from '../failure/usage-error.js';
import { readLoad, readPolicy } from './inputs.js';

let world: { readonly cwd: string; readonly in: NodeJS.ReadStream };
beforeAll(() => {
  world = { cwd: mkdtempSync(join(tmpdir(), 'dts-cli-')), in: process.stdin };
  const write = (name: string, text: string) => writeFileSync(join(world.cwd, name), text);
  write('monday.csv', '0,10\n60,5\n');
  write('broken.csv', '0,ten\n');
  write('one.yaml', 'pools:\n  io:\n    queues: [io]\n    target: { kind: dry-run }\n    max: 7\n');
  write(
    'two.yaml',
    'pools:\n  io: { queues: [io], target: { kind: dry-run }, max: 4 }\n  cpu: { queues: [cpu], target: { kind: dry-run }, max: 4 }\n',
  );
  write('broken.yaml', 'pools:\n  io: { queues: [io], target: { kind: dry-run }, max: many }\n');
});
afterAll(() => rmSync(world.cwd, { recursive: true }));

describe('readLoad', () => {
  it('knows loads by name, and reads others from a file', async () => {
    expect(await readLoad('burst', world)).toMatchObject({ name: 'burst', seconds: 1_800 });
    expect(await readLoad('monday.csv', world)).toMatchObject({ name: 'monday', seconds: 61 });
  });

  it.each([
    ['a name that is none', 'brust', /There is no load brust; there are: burst, ramp, sine, daily, spikes\. .*\.\/brust/],
    ['a file that is not there', './gone.csv', /gone\.csv can't be read: ENOENT/],
    ['a file that is no record', 'broken.csv', /line 1: "0,ten" has no whole number/],
  ])('says what is wrong with %s', async (_what, given, message) => {
    await expect(readLoad(given, world)).rejects.toThrow(message);
    await expect(readLoad(given, world)).rejects.toBeInstanceOf(UsageError);
  });
});

describe('readPolicy', () => {
  it('takes the one pool of a file, one of several, or the defaults', async () => {
    expect(await readPolicy('one.yaml', undefined, world)).toMatchObject({ pool: 'io', max: 7 });
    expect(await readPolicy('two.yaml', 'cpu', world)).toMatchObject({ pool: 'cpu' });
    expect(await readPolicy(undefined, undefined, world)).toMatchObject({ min: 1, max: 40 });
  });

  it.each([
    ['which pool it is', 'two.yaml', undefined, /Say which pool with --pool: io, cpu\./],
    ['that there is no such pool', 'one.yaml', 'cpu', /There is no pool cpu in the policy; there are: io\./],
    ['what is wrong in the file', 'broken.yaml', undefined, /pools\.io\.max/],
  ])('says %s', async (_what, file, pool, message) => {
    await expect(readPolicy(file, pool, world)).rejects.toThrow(message);
    await expect(readPolicy(file, pool, world)).rejects.toBeInstanceOf(UsageError);
  });
});
