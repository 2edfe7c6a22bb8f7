import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT } from '../failure/exit-code.js';
import { UsageError } from '../failure/usage-error.js';
import type { World } from './world.js';

const DEFAULT_URL = 'http://127.0.0.1:3000';
const DEFAULT_SCALER_URL = 'http://127.0.0.1:3002';
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export interface Access {
  readonly url: string;
  readonly apiKey: string;
}

export interface AccessOptions {
  readonly url?: string;
  readonly scalerUrl?: string;
  readonly apiKeyFile?: string;
}

type Surroundings = Pick<World, 'env' | 'cwd'>;

/**
 * Where the gateway is, and the key for it: of the given file, else DTS_API_KEY, else that of the stack on this machine,
 * which is told to this machine only. A key is never taken from the command line, which other users can read.
 * @throws UsageError that says where a key could stand
 */
export function findAccess(options: AccessOptions, world: Surroundings): Access {
  const url = options.url ?? (world.env.DTS_URL || DEFAULT_URL);
  return withKey(url, hostOf(url, 'a gateway', DEFAULT_URL), options, world);
}

/** Where the scaler is, which tells what it sees without a key. @throws UsageError */
export function findScaler({ scalerUrl }: AccessOptions, { env }: Pick<World, 'env'>): Pick<Access, 'url'> {
  const url = scalerUrl ?? (env.DTS_SCALER_URL || DEFAULT_SCALER_URL);
  hostOf(url, 'a scaler', DEFAULT_SCALER_URL);
  return { url };
}

/** Where the scaler is, and the key to change something there: found as the gateway's. @throws UsageError */
export function findScalerAccess(options: AccessOptions, world: Surroundings): Access {
  const { url } = findScaler(options, world);
  return withKey(url, new URL(url).hostname, options, world);
}

/** @throws UsageError, which quotes the URL unless there may be a password in it */
function hostOf(url: string, what: string, example: string): string {
  const { protocol, hostname, username, password, search, hash } = URL.canParse(url) ? new URL(url) : ({} as Partial<URL>);
  if (hostname !== undefined && /^https?:$/.test(protocol ?? '') && `${username}${password}${search}${hash}` === '') return hostname;
  const given = url.includes('@') ? 'What was given' : `"${url}"`;
  throw new UsageError(`${given} is not the URL of ${what}, such as ${example}: a host, and perhaps a port and a path.`);
}

function withKey(url: string, host: string, { apiKeyFile }: AccessOptions, { env, cwd }: Surroundings): Access {
  const key = apiKeyFile ? readKey(resolve(cwd, apiKeyFile)) : env.DTS_API_KEY || localKey(env, cwd, host);
  if (/^[\x21-\x7e]{1,255}$/.test(key.trim())) return { url, apiKey: key.trim() };
  throw new UsageError('The API key is not one: it has visible ASCII characters only.', EXIT.auth);
}

function localKey(env: NodeJS.ProcessEnv, cwd: string, host: string): string {
  if (!LOOPBACK.test(host)) throw new UsageError(`No API key for ${host}: set DTS_API_KEY, or give --api-key-file.`, EXIT.auth);
  const folders = env.DATA_DIR ? [resolve(cwd, env.DATA_DIR)] : [...upwards(cwd)].map((folder) => join(folder, '.data'));
  for (const folder of folders) {
    const key = readKey(join(folder, 'api-key'), 'optional');
    if (key !== '') return key;
  }
  throw new UsageError(
    `No API key: DTS_API_KEY is not set, and there is no ${join(folders[0] ?? '', 'api-key')} of a stack on this machine. ` +
      'Set DTS_API_KEY, give --api-key-file, or start a stack with npm start.',
    EXIT.auth,
  );
}

function* upwards(folder: string): Generator<string> {
  for (let here = folder; ; here = dirname(here)) {
    yield here;
    if (dirname(here) === here) return;
  }
}

function readKey(path: string, optional?: 'optional'): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (optional && (code === 'ENOENT' || code === 'ENOTDIR')) return '';
    const reason = code === 'EACCES' ? `${path} is not readable for you.` : `The key can't be read from ${path} (${code}).`;
    throw new UsageError(reason, EXIT.auth);
  }
}
