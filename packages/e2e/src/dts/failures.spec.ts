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
    ['a key on the command line', ['get', 'x', '--api-key', 'secret'], 2, /unknown option '--api-key'/],
  ])('%s', async (_what, args, code, message) => {
    expect(await dts.run(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    const ran = await dts.run(...args, '--json');
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(JSON.parse(ran.stderr).error).toMatchObject({ exitCode: code, detail: expect.any(String) });
  });

  it('a wrong key, none, and one that may not, with 4 or 2', async () => {
    const wrong = await dts.with({ DTS_API_KEY: 'not-the-key' }).run('job-types');
    expect(wrong).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('DTS_API_KEY or --api-key-file gives the key') });
    expect(wrong.stderr).not.toContain('not-the-key');
    const none = await dts.with({ DTS_API_KEY: '' }).run('job-types');
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('DTS_API_KEY is not set') });
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
