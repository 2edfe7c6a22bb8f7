import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Stack, startProgram, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../../../..');

describe('dts of a checkout', () => {
  let stack: Stack;
  let folder: string;

  beforeAll(async () => {
    stack = await startStack({ apps: [] });
    folder = await mkdtemp(join(tmpdir(), 'dts-npm-'));
    await writeFile(join(folder, 'payload.json'), '{"url":"http://service.test/from-here"}');
    await writeFile(join(folder, 'api-key'), stack.apiKey);
    await symlink(join(ROOT, 'scripts/dts'), join(folder, 'dts'));
  });

  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['npm run', 'npm', ['run', '--silent', '--prefix', ROOT, 'dts', '--']],
    ['a link', './dts', []],
  ])(
    'by %s reads the files of the folder where it is called, has the key of the stack, and ends as it should',
    async (_way, command, first) => {
      const run = async (...args: string[]) => {
        const ran = await startProgram(command, { args: [...first, ...args], cwd: folder, env: { DTS_URL: stack.url, DATA_DIR: folder } });
        return { ...(await ran.exited), stdout: ran.stdout, stderr: ran.stderr };
      };
      const submitted = await run('submit', 'http.request', '--payload', '@payload.json', '--json');
      expect(submitted).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(submitted.stdout)).toMatchObject({ payload: { url: 'http://service.test/from-here' } });
      expect(await run('get', 'io_nothing')).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/^dts: /) });
    },
  );
});
