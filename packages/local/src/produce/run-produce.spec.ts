import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createSignal } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PlayedGateway } from '../testing/played-gateway.js';
import { TemporaryFolder } from '../testing/temporary-folder.js';
import { Interrupted } from './interrupted.js';
import { runProduce } from './run-produce.js';

let gateway: PlayedGateway;
let folder: TemporaryFolder;

beforeEach(async () => {
  gateway = await PlayedGateway.start();
  folder = new TemporaryFolder();
});
afterEach(async () => {
  folder[Symbol.dispose]();
  await gateway.stop();
});

async function produce(args: string[], { interrupted = new AbortController().signal, env = {} } = {}) {
  const out = new PassThrough().setEncoding('utf8');
  const err = new PassThrough().setEncoding('utf8');
  const defaults = { DTS_URL: gateway.url, DTS_API_KEY: gateway.apiKey };
  const code = await runProduce({ argv: args, env: { ...defaults, ...env }, root: folder.path, interrupted, out, err });
  return { code, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
}

function writeLines(...lines: (string | object)[]): string {
  const path = join(folder.path, 'jobs.ndjson');
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
}

const job = (path: string, more = {}) => ({ name: 'http.request', payload: { url: `http://billing.internal/${path}` }, ...more });

describe('the producer', () => {
  it('submits jobs, sees each arrive and complete, and prints what it measured', async () => {
    const { code, out, err } = await produce(['--count', '100', '--concurrency', '8']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('100 of 100 jobs submitted, 100 arrived, 100 completed.');
    for (const row of ['submit', 'pick-up', 'completion']) expect(out).toMatch(new RegExp(`^${row}( +[\\d.]+ m?s){4}$`, 'm'));
    expect(new Set(gateway.keys).size).toBe(100);
  });

  it('submits again with the same key while the gateway cannot answer, and counts repeated deliveries as no error', async () => {
    gateway.refuseFirst(5);
    gateway.deliveriesEach = 2;
    const { code, out } = await produce(['--count', '20', '--concurrency', '10']);
    expect(code).toBe(0);
    expect(out).toContain('20 of 20 jobs submitted, 20 arrived, 20 completed.');
    // A repetition may be refused as well, before others have come for the first time.
    const repeated = new Set(gateway.keys.filter((key, index, keys) => keys.indexOf(key) !== index));
    expect(out).toContain(`Retried ${repeated.size} submissions, with the same keys`);
    expect(out).toContain('20 deliveries were repeats');
    expect([gateway.keys.length, new Set(gateway.keys).size]).toEqual([25, 20]);
  });

  it('tells which jobs ended without arriving, and why', async () => {
    gateway.loseEvery(10);
    const { code, out, err } = await produce(['--count', '20']);
    expect(code).toBe(1);
    expect(out).toContain('20 of 20 jobs submitted, 18 arrived, 18 completed.');
    expect(err).toContain('2 jobs were submitted and have not arrived:');
    expect(err).toMatch(/2 jobs did not do what they were submitted for:\n {2}io_\d+ is dead: connect ECONNREFUSED\n/);
  });

  it('gives up when nothing happens any more', async () => {
    gateway.refuseFirst(Number.POSITIVE_INFINITY);
    const { code, out, err } = await produce(['--count', '5', '--timeout', '1']);
    expect(code).toBe(1);
    expect(out).toContain('0 of 5 jobs submitted');
    expect(err).toBe('Gave up: nothing has happened for 1 s (--timeout).\n');
  });

  it('stops when interrupted, with the summary so far', async () => {
    const interrupt = new AbortController();
    const enough = createSignal('ten submissions');
    gateway.onSubmission = (count) => count >= 10 && enough.set();
    const producing = produce(['--count', '1000000', '--concurrency', '4'], { interrupted: interrupt.signal });
    await enough.wait();
    interrupt.abort(new Interrupted('SIGINT'));
    const { code, out, err } = await producing;
    expect(code).toBe(130);
    expect(out).toMatch(/^\d+ of 1,000,000 jobs submitted/);
    // After lines of progress, on a machine that is slow enough for some.
    expect(err).toMatch(/(^|\n)Interrupted\.\n$/);
  });

  it('says in one line that there is no gateway', async () => {
    const { code, err } = await produce(['--url', 'http://127.0.0.1:1']);
    expect([code, err]).toEqual([1, 'No gateway at http://127.0.0.1:1: start one with npm start, or set DTS_URL.\n']);
  });

  it('says in one line that the key is wrong, or missing', async () => {
    const wrong = await produce([], { env: { DTS_API_KEY: 'wrong' } });
    expect([wrong.code, wrong.err]).toEqual([
      1,
      'The gateway does not know this API key: set DTS_API_KEY, or DATA_DIR to that of the running stack.\n',
    ]);
    const missing = await produce([], { env: { DTS_API_KEY: '' } });
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/^No API key: DTS_API_KEY is not set, and there is no .*\.data\/api-key\. .*\n$/);
  });
});

describe('the producer with a file', () => {
  it('submits the good lines, and reports the bad ones by number', async () => {
    const file = writeLines(job('1'), 'not json', '', job('4', { priority: 99 }), job('5', { idempotencyKey: 'mine' }), { name: 'nope' });
    const { code, out, err } = await produce(['--file', file]);
    expect(code).toBe(1);
    expect(out).toBe('Lines: 2 submitted, 0 submitted before, 3 bad\n');
    expect(err.trim().split('\n').sort()).toEqual([
      expect.stringMatching(/^line 2: not JSON: /),
      'line 4: /priority: must be 1 to 10',
      expect.stringMatching(/^line 6: there is no job type "nope"; /),
    ]);
    expect(gateway.keys).toContain('mine');
  });

  it('repeats nothing when the same file is submitted again', async () => {
    const file = writeLines(job('same'), job('same'));
    await expect(produce(['--file', file])).resolves.toMatchObject({ code: 0, out: 'Lines: 2 submitted, 0 submitted before, 0 bad\n' });
    await expect(produce(['--file', file])).resolves.toMatchObject({ code: 0, out: 'Lines: 0 submitted, 2 submitted before, 0 bad\n' });
  });

  it('waits for the end of each job when told to', async () => {
    gateway.loseEvery(2);
    const { code, out, err } = await produce(['--file', writeLines(job('1'), job('2')), '--wait', '--concurrency', '1']);
    expect(code).toBe(1);
    expect(out).toBe('Lines: 2 submitted, 0 submitted before, 0 bad; jobs: 1 completed, 1 ended without success\n');
    expect(err).toMatch(/^line 2: job io_\d+ is dead: connect ECONNREFUSED\n$/);
  });

  it('goes on with the other lines after it was interrupted and started again', async () => {
    const interrupt = new AbortController();
    const enough = createSignal('ten submissions');
    gateway.onSubmission = (count) => count >= 10 && enough.set();
    const file = writeLines(...Array.from({ length: 2_000 }, (_, index) => job(String(index))));
    const producing = produce(['--file', file, '--concurrency', '4'], { interrupted: interrupt.signal });
    await enough.wait();
    interrupt.abort(new Interrupted('SIGTERM'));
    const first = await producing;
    expect([first.code, first.err]).toEqual([143, 'Interrupted. Submit the file again to go on: what is in already is recognised.\n']);
    const second = await produce(['--file', file]);
    expect(second.code).toBe(0);
    expect(gateway.jobs).toBe(2_000);
  });

  it('says in one line that there is no such file', async () => {
    const { code, err } = await produce(['--file', '/nowhere/jobs.ndjson']);
    expect([code, err]).toEqual([1, '/nowhere/jobs.ndjson cannot be read: there is no such file.\n']);
    const folderGiven = await produce(['--file', folder.path]);
    expect(folderGiven.err).toBe(`${folder.path} is a folder: give a file with one JSON object a line.\n`);
  });
});
