import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;
const BREAKING_MS = 10_000;

/**
 * Runs `work` while no other process holds the lock file; waits for its owner, and takes over from one that died.
 * @param {string} path
 * @param {(pid: number) => void} onWait called once when somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${process.pid} ${startOf(process.pid)}`;
  for (let waits = 0; !claim(path, mine); waits += 1) {
    const owner = read(path);
    if (owner === undefined) continue;
    if (!alive(owner)) {
      breakStale(path, owner);
    } else {
      if (waits === 0) onWait(Number(owner.split(' ')[0]));
      await delay(POLL_MS);
    }
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** A link appears with its content, unlike a new file: nobody ever reads a lock that does not name its owner yet. */
function claim(path, mine) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** One at a time, and only the lock that was judged: two takers must not remove each other's fresh lock. */
function breakStale(path, owner) {
  const guard = `${path}.breaking`;
  try {
    mkdirSync(guard);
  } catch {
    const since = statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > BREAKING_MS) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (read(path) === owner) rmSync(path);
  } finally {
    rmdirSync(guard);
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

function alive(owner) {
  const [pid, ...start] = owner.split(' ');
  return startOf(Number(pid)) === start.join(' ');
}

/** When a process started, in its system's own words: tells a process from a later one with the same number. */
function startOf(pid) {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    // The name in the second field may hold blanks and brackets; the start is the 22nd field.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return 'gone';
  }
}
