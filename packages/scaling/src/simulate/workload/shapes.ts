import type { Load } from './load.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Jobs a second that come on average, by second. */
type Rate = (second: number) => number;

/** Where nothing happens: enough for one worker, and what all loads come back to. */
const QUIET = 1.5;
const BUSY = 40;

/** For a minute, many times what came before. */
const burst: Rate = (second) => (second >= 5 * MINUTE && second < 6 * MINUTE ? BUSY : QUIET);

/** Up in 10 minutes, stays for 10, down in 10. */
function ramp(second: number): number {
  const up = (second - 5 * MINUTE) / (10 * MINUTE);
  const down = (35 * MINUTE - second) / (10 * MINUTE);
  return QUIET + (BUSY - QUIET) * Math.max(0, Math.min(1, up, down));
}

/** Between quiet and busy, there and back in 20 minutes. */
const sine: Rate = (second) => QUIET + ((BUSY - QUIET) * (1 - Math.cos((2 * Math.PI * second) / (20 * MINUTE)))) / 2;

/** A night, and a working day that is busiest before and after noon. */
function daily(second: number): number {
  const hour = (second / HOUR) % 24;
  const hill = (middle: number, width: number) => Math.exp(-(((hour - middle) / width) ** 2));
  return QUIET + 18 * hill(10.5, 1.7) + 15 * hill(15, 1.8) + 4 * hill(20, 1.5);
}

/** Twenty seconds that are busy, every four minutes. */
const spikes: Rate = (second) => (second % (4 * MINUTE) >= 3 * MINUTE && second % (4 * MINUTE) < 3 * MINUTE + 20 ? BUSY : QUIET);

export const LOADS: readonly Load[] = [
  shape('burst', `${QUIET} jobs a second, and in one minute ${BUSY} a second.`, 30 * MINUTE, burst),
  shape('ramp', `From ${QUIET} to ${BUSY} jobs a second in 10 minutes, 10 minutes there, and back.`, 50 * MINUTE, ramp),
  shape('sine', `Between ${QUIET} and ${BUSY} jobs a second, there and back in 20 minutes.`, 60 * MINUTE, sine),
  shape('daily', 'A night, and a day that is busiest before and after noon.', 24 * HOUR, daily),
  shape('spikes', `${QUIET} jobs a second, and for 20 seconds in every 4 minutes ${BUSY} a second.`, 60 * MINUTE, spikes),
];

function shape(name: string, description: string, seconds: number, rate: Rate): Load {
  return { name, description, seconds, countAt: (second, draw) => draw(rate(second)) };
}
