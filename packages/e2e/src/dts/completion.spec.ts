import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Stack, startProgram, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DTS, Dts } from './dts.js';

describe('dts completion', () => {
  let stack: Stack;
  let folder: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    stack = await startStack({ apps: [] });
    folder = await mkdtemp(join(tmpdir(), 'dts-completion-'));
    await symlink(DTS, join(folder, 'dts'));
    await chmod(DTS, 0o755); // as an installed package has it
    env = { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey, PATH: `${folder}:${dirname(process.execPath)}:${process.env.PATH}` };
  });

  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const bash = async (script: string) => {
    const shell = await startProgram('bash', { args: ['--norc', '-c', script], env });
    await shell.exited;
    return { stdout: shell.stdout, stderr: shell.stderr };
  };

  /** What bash offers for a line, split as bash splits it. */
  const offered = async (...words: string[]) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const { stdout, stderr } = await bash(
      `source <(dts completion bash); COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _dts; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  };

  it('is a script that bash understands, as often as it is read', async () => {
    expect(await bash('dts completion bash | bash -n')).toEqual({ stdout: '', stderr: '' });
    const twice = await bash('set -eu; source <(dts completion bash); source <(dts completion bash); complete -p dts');
    expect(twice).toEqual({ stdout: 'complete -o default -F _dts dts\n', stderr: '' });
  });

  it.each([
    [['dts', 'dead'], ['dead-letters']],
    [['dts', 'queues', 'p'], ['pause']],
    [['dts', 'submit', 'im'], ['image.thumbnail']],
    [['dts', 'submit', 'image.thumbnail', 'w'], ['width=']],
    [['dts', 'list', '--state', '=', 'de'], ['dead']],
    [['dts', 'list', '--queue', 'c'], ['cpu']],
    [['dts', 'list', '--que'], ['--queue']],
    [['dts', 'submit', '$(touch $HOME)', '; ls'], []],
  ])('offers in bash, after %j', async (words, expected) => expect(await offered(...words)).toEqual(expected));

  it('offers what there is without a gateway, and says nothing of it', async () => {
    const ran = await new Dts({ DTS_URL: 'http://127.0.0.1:9', DTS_API_KEY: 'x' }).run('complete', '--', 'submit', '');
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(['zsh', 'fish'])('prints one for %s', async (shell) => {
    const { stdout, stderr } = await bash(`dts completion ${shell}`);
    expect(stderr).toBe('');
    expect(stdout).toContain('dts complete -- ');
    const check = await bash(`command -v ${shell} > /dev/null || exit 0; dts completion ${shell} | ${shell} -n`);
    expect(check).toEqual({ stdout: '', stderr: '' });
  });

  it('refuses a shell that it does not know', async () => {
    expect(await new Dts({}).run('completion', 'tcsh')).toMatchObject({ code: 2, stderr: expect.stringContaining('bash, zsh, fish') });
  });
});
