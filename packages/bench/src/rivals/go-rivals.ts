import { join } from 'node:path';
import { findGo } from '@dts/testkit';
import { provide, runTool } from './installation.js';
import type { Rival } from './rival.js';

/** @throws Error when they cannot be built */
export async function goRivals(): Promise<Rival[]> {
  const dir = await provide('go', async (folder) => {
    const { command, env } = await findGo();
    await runTool(command, ['build', '-o', 'bin/', './asynq', './river'], folder, env);
  });
  const rival = (store: Rival['store'], name: string, does: string, concurrencies: readonly number[]): Rival => ({
    name,
    store,
    does,
    settings: concurrencies.map((concurrency) => ({ processes: 1, concurrency })),
    worker: ({ concurrency }) => ({ command: join(dir, 'bin', name), args: ['worker', String(concurrency)] }),
    submit: (kind, count) => ({ command: join(dir, 'bin', name), args: ['submit', kind, String(count)] }),
  });
  return [
    rival('redis', 'asynq', 'Redis; Enqueue by 50 callers', [10, 50, 200]),
    rival('postgres', 'river', 'PostgreSQL; InsertManyFast', [100, 1_000]),
  ];
}
