import { resolve } from 'node:path';
import { provide, runTool } from './installation.js';
import type { Rival, Setting } from './rival.js';

const PNPM = resolve(import.meta.dirname, '../../../../node_modules/.bin/pnpm');

/** One process for each core of the machine that this is mostly run on; they are told to scale by processes. */
const two = (...concurrencies: readonly number[]): Setting[] => concurrencies.map((concurrency) => ({ processes: 2, concurrency }));
const inMode = (mode: string, settings: readonly Setting[]): Setting[] => settings.map((setting) => ({ ...setting, mode }));

/** Where they store, their name and their program's, what is told of them, and their settings. */
const RIVALS = [
  ['postgres', 'pg-boss', 'pg-boss', 'PostgreSQL; insert(), a job at a time, woken by NOTIFY', inMode('single', two(50, 200))],
  [
    'postgres',
    'pg-boss in batches',
    'pg-boss',
    'the same; batchSize and burstWhenBatchFull, a batch settled as one',
    inMode('batched', two(50, 200)),
  ],
  ['postgres', 'graphile-worker', 'graphile-worker', 'PostgreSQL; addJobs(), as it comes', inMode('single', two(10, 50))],
  [
    'postgres',
    'graphile-worker in batches',
    'graphile-worker',
    'the same; localQueue, completeJobBatchDelay: 0',
    inMode('batched', two(50, 200)),
  ],
  ['postgres', 'agenda', 'agenda', 'PostgreSQL, since MongoDB is not to be had here; now()', two(20, 100)],
  ['redis', 'bee-queue', 'bee-queue', 'Redis; saveAll()', two(50, 200)],
] as const satisfies readonly (readonly [Rival['store'], string, string, string, readonly Setting[]])[];

/** @throws Error when they cannot be installed */
export async function nodeRivals(): Promise<Rival[]> {
  const dir = await provide('node', (folder) =>
    runTool(PNPM, ['install', '--frozen-lockfile', '--ignore-scripts', '--ignore-workspace'], folder),
  );
  const command = (args: readonly string[]) => ({ command: process.execPath, args: ['main.mjs', ...args], cwd: dir });
  return RIVALS.map(([store, name, program, does, settings]) => ({
    name,
    store,
    does,
    settings,
    worker: ({ concurrency, mode }) => command([program, 'worker', String(concurrency), ...(mode ? [mode] : [])]),
    submit: (kind, count) => command([program, 'submit', kind, String(count)]),
  }));
}
