import { resolve } from 'node:path';
import { startProgram } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { checkOpenFiles, readOpenFilesLimit } from './open-files.js';

const MAIN = resolve(import.meta.dirname, '../dist/main.js');

describe('checkOpenFiles', () => {
  it('lets pass what fits, and what cannot be known', () => {
    expect(() => checkOpenFiles([{ queue: 'io', concurrency: 500 }], 1_024)).not.toThrow();
    expect(() => checkOpenFiles([{ queue: 'io', concurrency: 5_000 }], undefined)).not.toThrow();
    expect(readOpenFilesLimit() ?? 1_000).toBeGreaterThan(0);
  });

  it('does not count what runs in threads of its own', () => {
    expect(() => checkOpenFiles([{ queue: 'cpu', concurrency: 5_000 }], 1_024)).not.toThrow();
  });

  it('has a worker say at its start that it may open too few files, and what to do', async () => {
    const args = ['-c', `ulimit -n 1024; exec "${process.execPath}" "${MAIN}"`];
    const program = await startProgram('sh', { args, env: { QUEUES: 'io:2000,cpu:2' } });
    expect((await program.exited).code).toBe(1);
    expect(program.stderr).toBe(
      'worker: The environment is not usable:\n  QUEUES: 2000 jobs at once need 2256 open files, and this process may have 1024; ' +
        'raise that (ulimit -n 2256) or run fewer in each of several workers\n',
    );
  });
});
