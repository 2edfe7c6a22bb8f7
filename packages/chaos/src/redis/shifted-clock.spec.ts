import { startProgram } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Shim } from './shim.js';

/** Prints the wall clock and the monotonic one, in milliseconds. */
const PROGRAM = 'process.stdout.write(JSON.stringify([Date.now(), Number(process.hrtime.bigint() / 1000000n)]))';

describe('ShiftedClock', () => {
  let shim: Shim;

  beforeAll(async () => {
    shim = await Shim.compile();
  });

  afterAll(() => shim.remove());

  it('moves the wall clock of who is given it, there and back, and leaves timers alone', async () => {
    const clock = await shim.clock('test');
    const read = async () => {
      const program = await startProgram(process.execPath, { args: ['-e', PROGRAM], env: clock.env });
      await program.exited;
      const [wall = 0, monotonic = 0] = JSON.parse(program.stdout) as number[];
      const own = Number(process.hrtime.bigint() / 1_000_000n);
      return { offBy: Math.round((wall - Date.now()) / 10_000) * 10 || 0, elapsed: Math.abs(own - monotonic) < 10_000 };
    };
    expect(await read()).toEqual({ offBy: 0, elapsed: true });
    await clock.set(-60);
    expect(await read()).toEqual({ offBy: -60, elapsed: true });
    await clock.set(60);
    expect(await read()).toEqual({ offBy: 60, elapsed: true });
  });
});
