import { startProgram } from '../processes/program.js';

/** Milliseconds without the lock after which somebody else must hold it. */
const HELD_BY_ANOTHER_MS = 1_000;

/**
 * Runs `work` while no other process holds the lock on the file. The kernel frees it with the process that has it, so
 * nobody waits for one that died. Without util-linux's `flock` (macOS) the work is done unlocked.
 * @param onWait called once when another holds it
 */
export async function withFileLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  let tellHeld = () => {};
  const held = new Promise<void>((resolve) => {
    tellHeld = resolve;
  });
  const holder = await startProgram('flock', {
    args: [file, 'sh', '-c', 'echo held; exec cat'],
    stdin: 'open',
    onOutput: () => tellHeld(),
  }).catch(() => undefined);
  const waiting = setTimeout(onWait, HELD_BY_ANOTHER_MS);
  if (holder) await Promise.race([held, holder.exited]);
  clearTimeout(waiting);
  try {
    return await work();
  } finally {
    holder?.type('', 'last');
    await holder?.exited;
  }
}
