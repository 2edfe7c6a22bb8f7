import { join } from 'node:path';
import type { LocalEnv } from './env.js';
import type { Program } from './program.js';

/** Those of which there is one each. */
const SINGLE_APPS = ['gateway', 'scaler'] as const;
export type SingleApp = (typeof SINGLE_APPS)[number];
export type AppName = SingleApp | 'worker';

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
  readonly ports: Readonly<Record<SingleApp, number>>;
  readonly redisUrl: string;
  /** Unset when the operator has given the keys. */
  readonly apiKeys: string | undefined;
  /** What the scaler says through its channel. */
  readonly onScalerMessage: Program['onMessage'];
}

/** How to run the gateway and the scaler. Workers are started when the scaler asks for them. */
export function appPrograms(entries: AppEntries, settings: AppSettings): Program[] {
  const keys = settings.apiKeys === undefined ? {} : { API_KEYS: settings.apiKeys };
  return [
    appProgram('gateway', entries.gateway, settings.ports.gateway, settings, keys),
    {
      ...appProgram('scaler', entries.scaler, settings.ports.scaler, settings, { ...keys, SCALER_TARGET: 'local-process' }),
      onMessage: settings.onScalerMessage,
    },
  ];
}

/** One process of a pool of workers. */
export interface WorkerSettings {
  readonly name: string;
  /** What it serves, as its environment tells it. */
  readonly queues: string;
  readonly port: number;
}

export function workerProgram(entries: AppEntries, settings: AppSettings, { name, queues, port }: WorkerSettings): Program {
  return appProgram(name, entries.worker, port, settings, {
    QUEUES: queues,
    // Refused anywhere else: here the services that jobs call are this machine's own.
    OUTBOUND_ALLOW_LOOPBACK: 'true',
    // It has no use for the keys, and runs what callers ask for.
    API_KEYS: undefined,
    API_KEYS_FILE: undefined,
  });
}

function appProgram(name: string, entry: string, port: number, settings: AppSettings, own: NodeJS.ProcessEnv): Program {
  const { env, processEnv, redisUrl } = settings;
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', entry],
    env: {
      ...processEnv,
      HOST: env.HOST,
      PORT: String(port),
      REDIS_URL: redisUrl,
      QUEUE_PREFIX: env.QUEUE_PREFIX,
      DURABILITY: env.DURABILITY,
      SHUTDOWN_GRACE: String(env.SHUTDOWN_GRACE),
      ...own,
    },
    ipc: true,
    // A Redis of one's own may be weaker than DURABILITY asks for: the apps run then, and the banner says so.
    probe: () => probe(`${baseUrl(env.HOST, port)}${env.REDIS_URL ? '/healthz' : '/readyz'}`),
    readyWithin: READY_WITHIN_MS,
    bootCrashes: BOOT_CRASHES,
    stopGrace: env.SHUTDOWN_GRACE + STOP_MARGIN_MS,
    diagnose: (lines) => describeRefusal(name.replace(/-.*/, ''), lines),
  };
}

/** An app that refuses its environment has said what is wrong; another start would only make it say so again. */
function describeRefusal(app: string, lines: readonly string[]): string | undefined {
  if (!lines.some((line) => line === `${app}: The environment is not usable:`)) return undefined;
  return `The ${app} cannot run with this environment: mend what it names above, then start again.`;
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
