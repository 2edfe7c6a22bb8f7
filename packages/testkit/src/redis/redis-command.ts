import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const COMMANDS = ['redis-server', 'valkey-server'];

/** @throws Error that says how to install one, when neither server is on PATH. */
export function findRedisCommand(path = process.env.PATH ?? ''): string {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const found = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command))).find(isExecutable);
  if (found) return found;
  throw new Error(`the tests need a real Redis and found neither ${COMMANDS.join(' nor ')} on PATH; install: apt-get install redis-server`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
