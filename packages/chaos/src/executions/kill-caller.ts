import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Kills (-9) the process at the other end of a loopback connection (Linux): what a job calls ends the process that runs
 * it, so a crash needs no handler made for it.
 * @param port the caller's
 */
export function killCaller(port: number): void {
  const socket = `socket:[${inodeOf(port)}]`;
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && holds(entry, socket));
  if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
}

/** From the table of IPv4 sockets: column 1 is the local address, 9 the inode. */
function inodeOf(port: number): string {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const row = rows.map((text) => text.trim().split(/\s+/)).find((columns) => columns[1]?.endsWith(local) && columns[9] !== '0');
  return row?.[9] ?? 'gone';
}

function holds(pid: string, socket: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === socket);
  } catch {
    return false; // it has ended meanwhile
  }
}
