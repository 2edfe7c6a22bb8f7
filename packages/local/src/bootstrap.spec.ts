import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Program, startProgram, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TemporaryFolder } from './testing/temporary-folder.js';

const SCRIPTS = resolve(import.meta.dirname, '../../../scripts');

let folder: TemporaryFolder;

beforeEach(() => {
  folder = new TemporaryFolder();
});

afterEach(() => folder[Symbol.dispose]());

const file = (name: string) => join(folder.path, name);
const content = (name: string) => readFileSync(file(name), 'utf8');

/** Runs code that uses a module of scripts/. */
function runWith(imports: string, module: string, code: string): Promise<Program> {
  const url = pathToFileURL(join(SCRIPTS, module)).href;
  return startProgram(process.execPath, { args: ['--input-type=module', '-e', `import ${imports} from '${url}';\n${code}`] });
}

describe('run.mjs', () => {
  it.each(['nope', 'toString', ''])('lists the tasks it knows instead of "%s"', async (task) => {
    const program = await startProgram(process.execPath, { args: [join(SCRIPTS, 'run.mjs'), task] });
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.stderr).toMatch(new RegExp(`^Unknown task "${task}"\\. Known: start, workers, produce, .*check\\.\\n$`));
  });
});

describe('runChild', () => {
  const run = (script: string) =>
    runWith(
      '{ runChild }',
      'child.mjs',
      `process.exitCode = (await runChild('bash', ['-c', ${JSON.stringify(script)}], { env: process.env })).code;`,
    );

  it.each([
    ['exit 7', 7],
    ['kill -KILL $$', 137],
  ])('takes over the exit code of: %s', async (script, code) => {
    expect(await (await run(script)).exited).toEqual({ code, signal: null });
  });

  it('passes one signal on when npm and the terminal both send it, and waits', async () => {
    const script = `trap 'echo stop >> ${file('stops')}' INT TERM; echo up; while [ ! -e ${file('go')} ]; do sleep 0.02; done`;
    const program = await run(script);
    await waitFor(() => program.stdout.includes('up'));
    program.signal('SIGINT');
    program.signal('SIGTERM');
    await waitFor(() => existsSync(file('stops')));
    writeFileSync(file('go'), '');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(content('stops')).toBe('stop\n');
  });

  it.each(['SIGKILL', 'SIGHUP'] as const)('stops what it runs when npm is gone by %s', async (signal) => {
    const script = `trap 'echo stop >> ${file('stops')}; exit' TERM; echo up; for turn in {1..500}; do sleep 0.02; done`;
    const code = `import { runChild } from '${pathToFileURL(join(SCRIPTS, 'child.mjs')).href}';
      await runChild('bash', ['-c', ${JSON.stringify(script)}], { env: process.env });`;
    const manifest = { scripts: { start: 'exec node start.mjs' } };
    writeFileSync(file('start.mjs'), code);
    writeFileSync(file('package.json'), JSON.stringify(manifest));
    const npm = await startProgram('npm', { args: ['start', '--prefix', folder.path] });
    await waitFor(() => npm.stdout.includes('up'), { timeoutMs: 15_000 });
    npm.signal(signal);
    await waitFor(() => existsSync(file('stops')));
  });
});

describe('withLock', () => {
  const lock = () => JSON.stringify(file('lock'));
  const locked = (work: string) =>
    runWith(
      '{ withLock }',
      'lock.mjs',
      `import { appendFileSync, existsSync } from 'node:fs'; import { setTimeout as delay } from 'node:timers/promises';
      const append = (text) => appendFileSync(${JSON.stringify(file('journal'))}, text);
      await withLock(${lock()}, (pid) => console.log('waiting for ' + pid), async () => { ${work} });`,
    );

  it('lets one at a time in, says whom the others wait for, and takes over from the dead', async () => {
    const holder = await locked(`append('first '); await delay(60_000)`);
    await waitFor(() => content('journal') === 'first ');
    const others = await Promise.all([1, 2, 3].map(() => locked(`append('in '); await delay(30); append('out ')`)));
    await waitFor(() => others.every((other) => other.stdout === `waiting for ${holder.pid}\n`));
    expect(content('journal')).toBe('first ');
    await holder.kill();
    await Promise.all(others.map((other) => other.exited));
    expect(content('journal')).toBe('first in out in out in out ');
    expect(existsSync(file('lock'))).toBe(false);
  });

  it('does not mistake another process for an owner whose id it has now', async () => {
    writeFileSync(file('lock'), `${process.pid} 1`);
    const program = await locked(`append('in')`);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(content('journal')).toBe('in');
  });
});
