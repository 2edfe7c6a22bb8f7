import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Program } from './program.js';
import type { ProgramLog } from './program-log.js';
import { SupervisedProcess } from './supervised-process.js';
import { silentLog } from './testing/silent-log.js';
import { isGone } from './testing/small-checkout.js';
import { TemporaryFolder } from './testing/temporary-folder.js';

let folder: TemporaryFolder;
let log: ProgramLog;
let shown: () => string;

beforeEach(() => {
  folder = new TemporaryFolder();
  ({ log, shown } = silentLog('small', folder.path));
});

afterEach(async () => {
  await log.close();
  folder[Symbol.dispose]();
});

/** A shell script that is ready once it has written its process id to the file `ready`. */
function program(script: string, changes: Partial<Program> = {}): Program {
  const ready = join(folder.path, 'ready');
  return {
    name: 'small',
    command: 'bash',
    args: ['-c', script],
    env: { ...process.env, READY: ready },
    ipc: false,
    probe: async () => (existsSync(ready) ? undefined : 'no file'),
    readyWithin: 5_000,
    bootCrashes: 5,
    stopGrace: 5_000,
    ...changes,
  };
}

const readyPid = () => Number(readFileSync(join(folder.path, 'ready'), 'utf8'));
const SERVE = 'echo $$ > $READY; while :; do sleep 0.02; done';

describe('SupervisedProcess', () => {
  it('restarts a program that was killed, and says so', async () => {
    const small = new SupervisedProcess(program(SERVE), log);
    await small.start();
    const first = readyPid();
    process.kill(first, 'SIGKILL');
    await waitFor(() => readyPid() > 0 && readyPid() !== first);
    await small.stop();
    expect(shown()).toBe('small was ended by SIGKILL: restarting it\n');
  });

  it('gives up a program that ends five times at its start, with its last words', async () => {
    const counted = `echo run >> ${folder.path}/runs; echo because of X >&2; exit 3`;
    const small = new SupervisedProcess(program(counted), log);
    await expect(small.start()).rejects.toThrow(
      `small exited with code 3 while it started, 5 times. Its last lines (all: ${log.path}):\n  because of X`,
    );
    expect(readFileSync(join(folder.path, 'runs'), 'utf8')).toBe('run\n'.repeat(5));
    await small.stop();
  });

  it('gives up at once what a person must mend first, even when it has run before', async () => {
    const diagnose = (lines: readonly string[]) => (lines.includes('disk on fire') ? 'Put out the fire.' : undefined);
    const small = new SupervisedProcess(
      program('echo $$ > $READY; while [ ! -e $READY.fire ]; do sleep 0.02; done; echo disk on fire', { diagnose }),
      log,
    );
    await small.start();
    writeFileSync(join(folder.path, 'ready.fire'), '');
    await expect(small.failed).rejects.toThrow('Put out the fire.');
    await small.stop();
  });

  it('says what a program waits for that never gets ready', async () => {
    const small = new SupervisedProcess(program('sleep 60', { readyWithin: 100 }), log);
    await expect(small.start()).rejects.toThrow(`small is not ready after 0.1 s: no file. Its log: ${log.path}`);
    await small.stop();
  });

  it('kills what ignores SIGTERM, with everything it started', async () => {
    const stubborn = `trap '' TERM; bash -c 'while :; do sleep 0.02; done' & echo $! > ${folder.path}/child; ${SERVE}`;
    const small = new SupervisedProcess(program(stubborn, { stopGrace: 100 }), log);
    await small.start();
    const child = Number(readFileSync(join(folder.path, 'child'), 'utf8'));
    await small.stop();
    expect(shown()).toContain('small did not stop within 0.1 s: killing it');
    expect(() => process.kill(readyPid(), 0)).toThrow('ESRCH');
    await waitFor(() => isGone(child));
  });

  it('says that a program cannot be run', async () => {
    const small = new SupervisedProcess(program('', { command: '/nowhere/small', bootCrashes: 1 }), log);
    await expect(small.start()).rejects.toThrow('spawn /nowhere/small ENOENT');
    await small.stop();
  });
});
