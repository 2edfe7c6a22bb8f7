import { readdir, readFile } from 'node:fs/promises';

/** Field of proc(5)'s stat, counted from behind the program's name. */
const PARENT = 1;

/** A process and all that descend from it (Linux). */
export async function processTree(root: number): Promise<number[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(entries.map(async (pid) => [pid, await parentOf(pid)] as const)));
  const found = [root];
  // It grows as it is walked.
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined); // it has ended
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[PARENT]);
}
