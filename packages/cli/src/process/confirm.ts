import { createInterface } from 'node:readline/promises';
import { UsageError } from '../failure/usage-error.js';
import type { Session } from './session.js';

/**
 * Asks on the terminal.
 * @throws UsageError where there is nobody to ask
 */
export async function confirm({ world, signal, json }: Session, question: string): Promise<boolean> {
  if (!world.in.isTTY || !world.err.isTTY || json) throw new UsageError('This changes jobs: say --yes, as there is nobody to ask.');
  const terminal = createInterface({ input: world.in, output: world.err, terminal: false });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}
