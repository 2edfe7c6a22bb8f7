import { join } from 'node:path';
import type { LocalEnv } from './env.js';
import type { Program } from './program.js';

const APP_NAMES = ['gateway', 'worker', 'scaler'] as const;
export type AppName = (typeof APP_NAMES)[number];

const READY_WITHIN_MS = 60_000;
const PROBE_TIMEOUT_MS = 2_000;
/** Milliseconds beyond the jobs' grace: an app ends itself ten seconds after it, and says why. */
const STOP_MARGIN_MS = 12_000;
const BOOT_CRASHES = 5;

/** The JavaScript files that start the apps. */
export type AppEntries = Readonly<Record<AppName, string>>;

export function builtApps(root: string): AppEntries {
  const entry = (name: AppName) => join(root, 'apps', name, 'dist', 'main.js');
  return { gateway: entry('gateway'), worker: entry('worker'), scaler: entry('scaler') };
}

export interface AppSettings {
  readonly env: LocalEnv;
  /** What this process was started with, and hands on. */
  readonly processEnv: NodeJS.ProcessEnv;
  readonly ports: Readonly<Record<AppName, number>>;
  readonly redisUrl: string;
  /** For the gateway; unset when the operator has given the keys. */
  readonly apiKeys: string | undefined;
}

/** How to run the three apps. */
export function appPrograms(entries: AppEntries, settings: AppSettings): Program[] {
  return APP_NAMES.map((name) => appProgram(name, entries[name], settings));
}

function appProgram(name: AppName, entry: string, settings: AppSettings): Program {
  const { env, processEnv, ports, redisUrl, apiKeys } = settings;
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', entry],
    env: {
      ...processEnv,
      HOST: env.HOST,
      PORT: String(ports[name]),
      REDIS_URL: redisUrl,
      QUEUE_PREFIX: env.QUEUE_PREFIX,
      DURABILITY: env.DURABILITY,
      SHUTDOWN_GRACE: String(env.SHUTDOWN_GRACE),
      // Refused anywhere else: here the services that jobs call are this machine's own.
      ...(name === 'worker' && { OUTBOUND_ALLOW_LOOPBACK: 'true' }),
      ...(name === 'gateway' && apiKeys !== undefined && { API_KEYS: apiKeys }),
    },
    ipc: true,
    // A Redis of one's own may be weaker than DURABILITY asks for: the apps run then, and the banner says so.
    probe: () => probe(`${baseUrl(env.HOST, ports[name])}${env.REDIS_URL ? '/healthz' : '/readyz'}`),
    readyWithin: READY_WITHIN_MS,
    bootCrashes: BOOT_CRASHES,
    stopGrace: env.SHUTDOWN_GRACE + STOP_MARGIN_MS,
    diagnose: (lines) => describeRefusal(name, lines),
  };
}

/** An app that refuses its environment has said what is wrong; another start would only make it say so again. */
function describeRefusal(name: AppName, lines: readonly string[]): string | undefined {
  if (!lines.some((line) => line === `${name}: The environment is not usable:`)) return undefined;
  return `The ${name} cannot run with this environment: mend what it names above, then start again.`;
}

/** Where to reach from this machine what listens on the host. */
export function baseUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function probe(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    const body = await response.text();
    return response.ok ? undefined : `${url} answers ${response.status} ${body.slice(0, 300)}`;
  } catch {
    return `${url} does not answer`;
  }
}
