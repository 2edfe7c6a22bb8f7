import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Job } from '../api.js';
import { Dts } from './dts.js';

interface Told {
  readonly line: number;
  readonly job?: Job;
  readonly error?: { readonly code: string; readonly exitCode: number };
}

let stack: Stack;
let folder: string;
let dts: Dts;

beforeAll(async () => {
  stack = await startStack({ apps: [] });
  folder = await mkdtemp(join(tmpdir(), 'dts-batch-'));
  dts = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey }, folder);
});

afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

const job = (more: object = {}) => JSON.stringify({ name: 'http.request', payload: { url: 'http://service.test/hook' }, ...more });
const write = (name: string, ...lines: string[]) => writeFile(join(folder, name), `${lines.join('\n')}\n`);
const told = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);

describe('dts batch', () => {
  it('submits a file of thousands, and the same file again as the same jobs', async () => {
    await write('many.ndjson', ...Array.from({ length: 3_000 }, (_, index) => job({ tags: [`n:${index}`] })));
    const first = await dts.run('batch', 'many.ndjson', '--quiet');
    expect(first).toMatchObject({ code: 0, stderr: '3,000 submitted, 0 submitted before, 0 refused.\n' });
    const ids = first.stdout.trim().split('\n');
    expect(new Set(ids).size).toBe(3_000);
    const again = await dts.run('batch', 'many.ndjson', '--quiet');
    expect(again).toMatchObject({ code: 0, stdout: first.stdout, stderr: '0 submitted, 3,000 submitted before, 0 refused.\n' });
  }, 60_000);

  it('tells of each line what became of it, and lets none keep the others back', async () => {
    await write(
      'mixed.ndjson',
      job({ idempotencyKey: 'mixed-1' }),
      '',
      '{"name"',
      '[]',
      job({ idempotencyKey: 'a b' }),
      job({ attempts: 0 }),
      job(),
    );
    const ran = await dts.run('batch', 'mixed.ndjson');
    expect(ran).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^io_\S+ {2}http\.request {2}waiting\nio_\S+ {2}http.request {2}waiting\n$/),
    });
    expect(ran.stderr).toMatch(/^line 3: It is not JSON: /m);
    expect(ran.stderr).toMatch(/^line 4: It is no JSON object\.$/m);
    expect(ran.stderr).toMatch(/^line 5: Its idempotencyKey is not /m);
    expect(ran.stderr).toMatch(/^line 6: The request does not fit its schema\n(.*\n)* {2}\/attempts +\S/m);
    expect(ran.stderr).toMatch(/^2 submitted, 0 submitted before, 4 refused\.$/m);
  });

  it('prints a line of JSON for each, and reads standard input', async () => {
    const ran = await dts.pipe(`${job()}\n${job({ name: 'http.reqest' })}`, 'batch', '-', '--json');
    expect(ran).toMatchObject({ code: 3, stderr: '' });
    expect(told(ran.stdout)).toMatchObject([
      { line: 1, job: { state: 'waiting' } },
      { line: 2, error: { code: 'unknown-job', exitCode: 3 } },
    ]);
    const another = await dts.pipe(job(), 'batch', '-', '--json');
    expect(told(another.stdout)[0]?.job?.id).not.toBe(told(ran.stdout)[0]?.job?.id);
  });

  it('stops at what befalls every line, and says once what is wrong', async () => {
    await write('few.ndjson', job(), job(), job());
    const ran = await dts.with({ DTS_API_KEY: 'wrong' }).run('batch', 'few.ndjson');
    expect(ran).toMatchObject({ code: 4, stdout: '' });
    expect(ran.stderr.match(/This key is not known here/g)).toHaveLength(1);
    expect(await dts.run('batch', 'gone.ndjson')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: "dts: gone.ndjson can't be read: ENOENT.\n",
    });
    expect(await dts.run('batch', '.')).toMatchObject({ code: 2, stdout: '', stderr: "dts: . can't be read: EISDIR.\n" });
  });
});
