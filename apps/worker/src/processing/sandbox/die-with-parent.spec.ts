import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNode, waitFor } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';

const PARENT = join(import.meta.dirname, '../fixtures/host-parent.mjs');

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a process of the quarantine', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('ends with its worker, even in an endless loop: %s', async (signal) => {
    const parent = await startNode(PARENT);
    const pid = Number(await waitFor(() => /host (\d+)/.exec(parent.output)?.[1]));
    expect(isRunning(pid)).toBe(true);
    for (const meant of ['SIGTERM', 'SIGINT'] as const) process.kill(pid, meant); // for the whole group, as Ctrl-C
    await waitFor(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(' R '), { describe: 'the loop' });
    process.kill(parent.pid, signal);
    await parent.exited;
    await waitFor(() => !isRunning(pid), { describe: 'the host to end' });
  });
});
