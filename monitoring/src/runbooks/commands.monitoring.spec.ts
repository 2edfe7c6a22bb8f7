import { startNode } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { inCheckout } from '../paths.js';
import { dtsCommands } from './commands.js';

const DTS = inCheckout('packages/cli/dist/main.js');
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';
/** dts: no answer. The command line was fine; 2 says that it is not. */
const NO_ANSWER = 5;

async function exitOf(command: string) {
  const env = { DTS_URL: NOWHERE, DTS_SCALER_URL: NOWHERE, DTS_API_KEY: 'k'.repeat(40) };
  const program = await startNode(DTS, { args: command.split(' '), env });
  const { code } = await program.exited;
  return { code, output: program.output };
}

describe('commands of runbooks', () => {
  it('are many', () => {
    expect(dtsCommands().length).toBeGreaterThan(25);
  });

  it.each(dtsCommands().filter((command) => !command.startsWith('scaler simulate')))('dts %s can be typed like that', async (command) => {
    expect(await exitOf(command)).toMatchObject({ code: NO_ANSWER });
  });

  it('one that cannot is found', async () => {
    expect(await exitOf('queues limits io --concurency none')).toMatchObject({ code: 2 });
  });
});
