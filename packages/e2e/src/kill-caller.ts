import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Kills (-9) the process at the other end of a loopback connection (Linux): a job that calls us then crashes its worker,
 * each time it runs, without a handler made for it.
 * @param port the caller's port
 * @returns its pid
 */
export function killCaller(port: number): number {
  const inode = inodeOf(port);
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && holds(entry, inode));
  if (pid === undefined) throw new Error(`no process holds port ${port}`);
  process.kill(Number(pid), 'SIGKILL');
  return Number(pid);
}

function inodeOf(port: number): string {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const row = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[1]?.endsWith(local) && columns[9] !== '0');
  if (!row?.[9]) throw new Error(`no socket has the local port ${port}`);
  return row[9];
}

function holds(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false; // it has ended meanwhile, or a descriptor has
  }
}
