import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Stack, startProgram, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DTS, Dts } from './dts.js';

let stack: Stack;
let dts: Dts;

beforeAll(async () => {
  stack = await startStack({ apps: [] });
  dts = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey }, '/');
});

afterAll(() => stack?.stop());

describe('what goes wrong', () => {
  it('points at every wrong field of a payload', async () => {
    const args = ['submit', 'email.send', '--payload', '{"to":7,"subject":7}', '--attempts', '3'];
    const ran = await dts.run(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^dts: .+\n {2}.*email\.send/);
    expect(ran.stderr).toMatch(/^ {2}\/payload\/subject +\S/m);
    expect(ran.stderr).toMatch(/^ {2}\/payload\/to +\S/m);
    const { error } = JSON.parse((await dts.run(...args, '--json')).stderr);
    expect(error).toMatchObject({ status: 422, code: 'invalid-request', exitCode: 2 });
    expect(error.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/payload/subject', '/payload/to']),
    );
  });

  it.each([
    ['a field that is not there', ['submit', 'http.request', 'uri=http://x'], 2, /There is no field uri; there are method, url/],
    ['a number that is none', ['submit', 'http.request', 'url=http://x', 'timeout=soon'], 2, /timeout: "soon" is not a whole number/],
    ['a payload that is no JSON', ['submit', 'http.request', '--payload', '{url}'], 2, /The payload is not JSON: /],
    ['a file that is not there', ['submit', 'http.request', '--payload', '@gone.json'], 2, /gone\.json can't be read: ENOENT/],
    ['a job type that is not there', ['submit', 'http.reqest', '--payload', '{}'], 3, /http\.request/],
    ['the same with pairs', ['submit', 'http.reqest', 'url=http://x'], 3, /there are .*http\.request/],
    ['a job that is not there', ['get', 'io_nothing'], 3, /^dts: /],
    ['a command that is not there', ['sumbit'], 2, /Did you mean submit\?/],
    ['an option that is not there', ['list', '--quue', 'io'], 2, /Did you mean --queue\?/],
    ['an argument that is missing', ['get'], 2, /missing required argument 'id'/],
    ['a key on the command line', ['get', 'x', '--api-key', 'secret'], 2, /set DTS_API_KEY, or give --api-key-file\./],
    ['a time that is none', ['audit', '--since', '2026-02-30T00:00:00Z'], 2, /There is no such time\./],
    ['a time before all time', ['audit', '--since', '99999999999d'], 2, /There is no such time\./],
    ['a URL with a password', ['job-types', '--url', 'http://ada:secret@127.0.0.1:1'], 2, /What was given is not the URL of a gateway/],
    ['an idempotency key that can not be sent', ['submit', 'http.request', '--idempotency-key', 'a b'], 2, /visible ASCII/],
  ])('%s', async (_what, args, code, message) => {
    expect(await dts.run(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    const ran = await dts.run(...args, '--json');
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.not.stringContaining('secret') });
    expect(JSON.parse(ran.stderr).error).toMatchObject({ exitCode: code, detail: expect.any(String) });
  });

  it('no command, with 2 and all of them', async () => {
    expect(await dts.run()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^Usage: dts [\s\S]*batch[\s\S]*audit/) });
    expect(JSON.parse((await dts.run('queues', '--json')).stderr).error).toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('--help'),
    });
  });

  it('a file that is no text, rather than sending something else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dts-failures-'));
    await writeFile(join(folder, 'latin1.json'), Buffer.from('{"url":"http://x/ü"}', 'latin1'));
    await writeFile(join(folder, 'bom.json'), '\ufeff{"url":"http://service.test"}');
    const at = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey }, folder);
    const refused = await at.run('submit', 'http.request', '--payload', '@latin1.json');
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: 'dts: latin1.json is not UTF-8.\n' });
    expect((await at.run('submit', 'http.request', '--payload', '@bom.json')).code).toBe(0);
    await rm(folder, { recursive: true });
  });

  it('a full disk under its output, in a word and with 1', async () => {
    const command = `"${process.execPath}" "${DTS}" job-types > /dev/full; echo "$?"`;
    const shell = await startProgram('bash', { args: ['-c', command], env: { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey } });
    await shell.exited;
    expect(shell).toMatchObject({ stdout: '1\n', stderr: expect.stringMatching(/^dts: .*ENOSPC.*\n$/) });
  });

  it('a wrong key, and none, with 4', async () => {
    const wrong = await dts.with({ DTS_API_KEY: 'not-the-key' }).run('job-types');
    expect(wrong).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('DTS_API_KEY or --api-key-file gives the key') });
    expect(wrong.stderr).not.toContain('not-the-key');
    const none = await dts.with({ DTS_API_KEY: '' }).run('job-types');
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining('DTS_API_KEY is not set') });
    const unreadable = await dts.run('job-types', '--api-key-file', '/nowhere', '--json');
    expect(JSON.parse(unreadable.stderr).error).toMatchObject({ code: 'unauthenticated', exitCode: 4 });
  });

  it('a key without the scope, with 4 and its name', async () => {
    const key = 'reader-'.padEnd(40, 'k');
    const gateway = await stack.start('gateway', {
      API_KEYS: JSON.stringify([{ id: 'reader', key, scopes: ['jobs:read'], tenant: 'test' }]),
    });
    const reader = dts.with({ DTS_URL: gateway.url, DTS_API_KEY: key });
    expect((await reader.run('job-types')).code).toBe(0);
    const ran = await reader.run('queues', 'pause', 'io');
    expect(ran).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('The key "reader" lacks the scope ops:write.') });
    expect(ran.stderr).not.toContain(key);
  });

  it('a gateway that is not there, with 5, having tried for a while', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const ran = await dts.with({ DTS_URL: url }).run('job-types');
    expect(ran).toMatchObject({ code: 5, stdout: '' });
    expect(ran.stderr).toMatch(new RegExp(`^dts: no answer from ${url}\n(.*\n)*.*ECONNREFUSED.*\n.*npm start`));
  });

  it('something else at the URL, with 5', async () => {
    const redis = stack.redis.url.replace('redis:', 'http:');
    expect(await dts.with({ DTS_URL: redis }).run('job-types')).toMatchObject({ code: 5, stdout: '' });
  });

  it('Ctrl-C, with 130 and nothing else', async () => {
    const program = await dts.start('submit', 'http.request', 'url=http://service.test', '--delay', '1h', '--wait');
    await waitFor(() => program.stderr.includes('Submitted:'), { timeoutMs: 15_000 });
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: 130, signal: null });
    expect(program.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('a reader that goes away, quietly', async () => {
    const shell = await startProgram('bash', { args: ['-c', `"${process.execPath}" "${DTS}" --help | true; echo "\${PIPESTATUS[0]}"`] });
    await shell.exited;
    expect(shell.stdout).toMatch(/^(141|0)\n$/); // 0 when all of it was read before the end
    expect(shell.stderr).toBe('');
  });
});
