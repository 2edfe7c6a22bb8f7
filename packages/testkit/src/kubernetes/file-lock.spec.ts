import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProgram } from '../processes/program.js';
import { createSignal } from '../waiting/signal.js';
import { waitFor } from '../waiting/wait-for.js';
import { withFileLock } from './file-lock.js';

let folder: string;
const file = () => join(folder, 'lock');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dts-lock-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('withFileLock', () => {
  it('lets one in at a time, and tells who waits that it does', async () => {
    const first = createSignal('the first is in');
    const waits = createSignal('the second waits');
    const order: string[] = [];
    const one = withFileLock(
      file(),
      () => {},
      async () => {
        first.set();
        await waits.wait(10_000);
        order.push('one');
      },
    );
    await first.wait(10_000);
    const two = withFileLock(
      file(),
      () => waits.set(),
      async () => order.push('two'),
    );
    await Promise.all([one, two]);
    expect(order).toEqual(['one', 'two']);
  });

  it('is free again after work that failed', async () => {
    const failing = withFileLock(
      file(),
      () => {},
      () => Promise.reject(new Error('no')),
    );
    await expect(failing).rejects.toThrow('no');
    await expect(
      withFileLock(
        file(),
        () => {},
        async () => 'in',
      ),
    ).resolves.toBe('in');
  });

  it('is free again when the process that had it was killed', async () => {
    const holder = await startProgram(process.execPath, { args: ['--input-type=module', '--eval', holding(file())] });
    await waitFor(() => holder.stdout.includes('in'), { timeoutMs: 10_000 });
    const next = withFileLock(
      file(),
      () => void holder.kill(),
      async () => 'in',
    );
    await expect(next).resolves.toBe('in');
    await expect(holder.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  });
});

/** A program that takes the lock, says so, and keeps it. */
function holding(lock: string): string {
  const module = join(import.meta.dirname, '../../dist/kubernetes/file-lock.js');
  return `
    import { withFileLock } from ${JSON.stringify(module)};
    await withFileLock(${JSON.stringify(lock)}, () => {}, () => {
      console.log('in');
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
}
