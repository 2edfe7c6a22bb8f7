import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from './private-file.js';
import { StartError } from './start-error.js';

const FORM = /^dts_[A-Za-z0-9_-]{43}$/;
const SCOPES = ['jobs:submit', 'jobs:read', 'jobs:cancel', 'schedules:write', 'workers:lease', 'ops:read', 'ops:write'];

export interface LocalApiKey {
  /** The file that holds the key. */
  readonly path: string;
  /** What the gateway gets as API_KEYS: the key's hash, not the key. */
  readonly apiKeys: string;
}

/**
 * The stack's own key, made on first use and kept in `<dataDir>/api-key`.
 * @throws StartError when the file holds something else.
 */
export function provideApiKey(dataDir: string): LocalApiKey {
  const path = join(dataDir, 'api-key');
  const key = readPrivateFile(path)?.trim() ?? createKey(path);
  if (!FORM.test(key)) throw new StartError(`${path} does not hold an API key: delete it to get a new one, or set API_KEYS.`);
  const hash = createHash('sha256').update(key).digest('hex');
  return { path, apiKeys: JSON.stringify([{ id: 'local', hash, scopes: SCOPES, tenant: 'default' }]) };
}

function createKey(path: string): string {
  const key = `dts_${randomBytes(32).toString('base64url')}`;
  writePrivateFile(path, `${key}\n`);
  return key;
}
