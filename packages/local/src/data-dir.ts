import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.js';

const SQLITE_BUSY = 5;

/** The folder in which one stack keeps everything, held by this process until it releases it or dies. */
export interface DataDir {
  readonly root: string;
  /** Redis's append-only file. */
  readonly redis: string;
  readonly logs: string;
  release(): void;
}

/**
 * Creates the folder if need be and takes it for this process alone.
 * @throws StartError when it can't be written to, is no folder, or another stack uses it.
 */
export function openDataDir(root: string): DataDir {
  const dir = { root, redis: join(root, 'redis'), logs: join(root, 'logs') };
  prepare(dir);
  const ownerFile = join(root, 'stack.pid');
  const lock = takeLock(root, ownerFile);
  writeFileSync(ownerFile, String(process.pid));
  const release = () => {
    rmSync(ownerFile, { force: true });
    lock.close();
  };
  return { ...dir, release };
}

function prepare({ root, redis, logs }: Pick<DataDir, 'root' | 'redis' | 'logs'>): void {
  try {
    for (const folder of [root, redis, logs]) createFolder(folder);
    for (const folder of [root, redis, logs]) accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(
      `DATA_DIR ${root} cannot be used: ${reasonOf(error as NodeJS.ErrnoException)}. Set DATA_DIR to a folder of yours.`,
    );
  }
}

/** Not Node's recursive `mkdir`: below /proc, which answers ENOENT to everything, that one tries for ever. */
function createFolder(path: string): void {
  if (isFolder(path)) return;
  createFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function reasonOf({ code, path, message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST' || code === 'ENOTDIR') return `${path} is a file, not a folder`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `${path} is not writable`;
  if (code === 'ENOENT') return `${path} cannot be created`;
  return message;
}

/**
 * A lock that the kernel releases when its process ends, however it ends: SQLite's. Unlike a file with a process id it
 * can't be stale, can't be fooled by a reused id, and holds between containers that share the folder. The empty file
 * stays behind on purpose: removing it would let two processes lock two different files of that name.
 */
function takeLock(root: string, ownerFile: string): DatabaseSync {
  const path = join(root, 'lock');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path);
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) {
      throw new StartError(`DATA_DIR ${root} cannot be used: ${path}: ${(error as Error).message}.`);
    }
    throw new StartError(`DATA_DIR ${root} is in use by another running stack${ownerIn(ownerFile)}: stop it, or set DATA_DIR.`);
  }
}

function ownerIn(ownerFile: string): string {
  try {
    return ` (process ${readFileSync(ownerFile, 'utf8')})`;
  } catch {
    return '';
  }
}
