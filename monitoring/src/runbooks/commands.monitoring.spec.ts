import { type Receiver, startNode, startReceiver } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inCheckout } from '../paths.js';
import { dtsCommands } from './commands.js';

const DTS = inCheckout('packages/cli/dist/main.js');
/** dts: a key that nobody knows. The command line was fine; 2 says that it is not. */
const WRONG_KEY = 4;

/** A gateway and a scaler that let nobody in. */
let closed: Receiver;
beforeAll(async () => {
  closed = await startReceiver();
  closed.respond = () => ({ status: 401, body: { type: '/problems/unauthenticated', title: 'no', status: 401, code: 'unauthenticated' } });
});
afterAll(() => closed.stop());

async function exitOf(command: string) {
  const env = { DTS_URL: closed.url, DTS_SCALER_URL: closed.url, DTS_API_KEY: 'k'.repeat(40) };
  const program = await startNode(DTS, { args: command.split(' '), env });
  const { code } = await program.exited;
  return { code, output: program.output };
}

describe('commands of runbooks', () => {
  it('are many', () => {
    expect(dtsCommands().length).toBeGreaterThan(25);
  });

  it.each(dtsCommands().filter((command) => !command.startsWith('scaler simulate')))('dts %s can be typed like that', async (command) => {
    expect(await exitOf(command)).toMatchObject({ code: WRONG_KEY });
  });

  it('one that cannot is found', async () => {
    expect(await exitOf('queues limits io --concurency none')).toMatchObject({ code: 2 });
  });
});
