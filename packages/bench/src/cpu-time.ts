import { readFile } from 'node:fs/promises';

/** Of one tick of the kernel's clock, which Linux tells processor time in. */
const TICK_US = 10_000;
/** Fields of proc(5)'s stat, counted from behind the program's name. */
const USER = 11;
const SYSTEM = 12;

/** Microseconds of processor time that a process has used; unknown where there is no /proc. Others on the machine do not change it much. */
export async function cpuTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_US;
}

/** Microseconds of processor time that processes take together while something runs. Unlike the clock, it hardly sees what else runs beside them. */
export async function cpuTimeOf<Result>(
  pids: readonly number[],
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly cpuUs: number }> {
  const total = async () => (await Promise.all(pids.map(cpuTime))).reduce((sum, time) => sum + time, 0);
  const before = await total();
  const result = await run();
  return { result, cpuUs: (await total()) - before };
}
