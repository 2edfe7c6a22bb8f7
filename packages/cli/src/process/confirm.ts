import { createInterface } from 'node:readline';
import { UsageError } from '../failure/usage-error.js';
import type { Session } from './session.js';

/**
 * Asks on the terminal. No answer, as when Ctrl-D ends the input, is no.
 * @throws UsageError where there is nobody to ask
 */
export async function confirm({ world, signal, json }: Session, question: string): Promise<boolean> {
  if (!world.in.isTTY || !world.err.isTTY || json) throw new UsageError('This changes jobs: say --yes, as there is nobody to ask.');
  world.err.write(`${question} [y/N] `);
  const terminal = createInterface({ input: world.in, terminal: false, signal });
  try {
    const line: string | undefined = (await terminal[Symbol.asyncIterator]().next()).value;
    signal.throwIfAborted();
    if (line === undefined) world.err.write('\n');
    return /^y(es)?$/i.test((line ?? '').trim());
  } finally {
    terminal.close();
  }
}
