import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.js';

/**
 * The given key, else that of the environment, else that of the stack on this machine.
 * @throws StartError that says where a key could stand
 */
export function findApiKey(given: string | undefined, env: NodeJS.ProcessEnv, dataDir: string): string {
  const path = join(dataDir, 'api-key');
  const key = (given || env.DTS_API_KEY || readKey(path)).trim();
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new StartError('The API key is not one: it has visible ASCII characters only.');
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EACCES' ? `${path} is not readable for you` : `there is no ${path}`;
    throw new StartError(`No API key: DTS_API_KEY is not set, and ${reason}. Start the stack with npm start, or set DTS_API_KEY.`);
  }
}
