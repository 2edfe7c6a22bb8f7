import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Dts } from './dts.js';

let folder: string;
let dts: Dts;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dts-scaler-'));
  writeFileSync(join(folder, 'step.csv'), 'second,jobs\n0,60\n60,600\n120,60\n300,0\n');
  dts = new Dts({}, folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const SIMULATE = ['scaler', 'simulate', '--load', 'step.csv', '--seeds', '1'];

describe('dts scaler simulate', () => {
  it('compares on a recorded load, without a scaler, and writes a report with a picture', async () => {
    const ran = await dts.run(...SIMULATE, '--out', 'report');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^LOAD +SCALER +LATE JOBS/);
    expect(ran.stdout).toMatch(/^step +this policy +\d/m);
    expect(ran.stdout).toMatch(/^step +KEDA, by the book: 4 a replica +\d.* (met|missed)$/m);
    expect(ran.stderr).toContain(`The report is in ${join(folder, 'report')}.`);
    expect(readdirSync(join(folder, 'report')).sort()).toEqual(['report.json', 'report.md', 'step.svg']);
    expect(readFileSync(join(folder, 'report/step.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it('prints a document for programs, the same for the same seed', async () => {
    interface Document {
      readonly items: readonly {
        readonly load: { readonly name: string };
        readonly outcomes: readonly { readonly kind: string; readonly jobs: number }[];
      }[];
    }
    const document = await dts.json<Document>(...SIMULATE);
    expect(document.items).toHaveLength(1);
    expect(document.items[0]?.outcomes.map(({ jobs }) => jobs)).toEqual(document.items[0]?.outcomes.map(() => 720));
    expect(await dts.json<Document>(...SIMULATE)).toEqual(document);
  });

  it.each([
    ['a load that is not there', ['--load', 'brust'], /There is no load brust/],
    ['a policy that is not there', ['--policy', 'gone.yaml'], /gone\.yaml can't be read: ENOENT/],
    [
      'a folder that can not be',
      ['--load', 'step.csv', '--seeds', '1', '--out', 'step.csv/x'],
      /The report can't be written to .*: ENOTDIR/,
    ],
  ])('refuses %s with 2', async (_what, args, message) => {
    const ran = await dts.run('scaler', 'simulate', ...args);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });
});

describe('a scaler that is not there', () => {
  it('is told so, with 5', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const ran = await dts.with({ DTS_SCALER_URL: url }).run('scaler', 'status');
    expect(ran).toMatchObject({ code: 5, stdout: '' });
    expect(ran.stderr).toMatch(new RegExp(`^dts: no answer from ${url}\n(.*\n)*.*DTS_SCALER_URL or --scaler-url`));
  });

  it('is not changed without a key', async () => {
    expect(await dts.run('scaler', 'pin', 'io', '3', '--for', '10m')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('No API key'),
    });
    expect(await dts.run('scaler', 'pin', 'io', '3')).toMatchObject({ code: 2, stderr: expect.stringContaining('--for') });
  });
});
