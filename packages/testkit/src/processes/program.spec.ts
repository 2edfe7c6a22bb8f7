import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '../waiting/wait-for.js';
import { startProgram } from './program.js';

describe('Program', () => {
  it('keeps what was printed, and how it ended', async () => {
    const program = await startProgram('sh', { args: ['-c', 'echo out; echo err >&2; exit 3'] });
    await expect(program.exited).resolves.toEqual({ code: 3, signal: null });
    expect(program.stdout).toBe('out\n');
    expect(program.stderr).toBe('err\n');
    expect(program.isRunning).toBe(false);
  });

  it('sees the given environment and nothing of the test', async () => {
    const program = await startProgram('sh', { args: ['-c', 'echo "$GIVEN-$TEST_REDIS_URL-"'], env: { GIVEN: 'yes' } });
    await program.exited;
    expect(program.stdout).toBe('yes--\n');
  });

  it('appends what was printed to a file where that is wanted', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'dts-program-'));
    const outputFile = join(folder.path, 'output');
    await writeFile(outputFile, 'before\n');
    const program = await startProgram('sh', { args: ['-c', 'echo out; echo err >&2'], outputFile });
    await program.exited;
    expect([await readFile(outputFile, 'utf8'), program.output]).toEqual(['before\nout\nerr\n', '']);
  });

  it('reads what is typed, and tells what it prints as it comes', async () => {
    const heard: string[] = [];
    const program = await startProgram('sh', {
      args: ['-c', 'read line; echo "$line"; cat'],
      stdin: 'open',
      onOutput: (text) => heard.push(text),
    });
    program.type('first\n');
    await waitFor(() => heard.join('') === 'first\n');
    program.type('second\n', 'last');
    await program.exited;
    expect(heard.join('')).toBe('first\nsecond\n');
  });

  it('stops by SIGTERM, also when paused', async () => {
    const program = await startProgram('sleep', { args: ['60'] });
    program.signal('SIGSTOP');
    await expect(program.stop()).resolves.toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('kills one that ignores SIGTERM, and says so with its last output', async () => {
    const program = await startProgram('sh', { args: ['-c', 'trap "" TERM; echo deaf; while :; do sleep 0.05; done'] });
    await waitFor(() => program.stdout.includes('deaf'));
    await expect(program.stop(100)).rejects.toThrow(/sh \(pid \d+\) to stop after SIGTERM; its output ends:\ndeaf/);
    await expect(program.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('refuses a command that is not there', async () => {
    const program = await startProgram('no-such-command').then(
      (started) => started.exited.then((exit) => exit.code),
      () => 'not started',
    );
    // setpriv starts and finds nothing to run (127); without it the start itself fails.
    expect([127, 'not started']).toContain(program);
  });
});
