import { ScalerClient, SchedulerClient } from '@dts/client';
import type { Command } from 'commander';
import { printable } from '../output/printable.js';
import { findAccess, findScaler } from '../process/access.js';
import type { World } from '../process/world.js';
import { createLookup } from './lookup.js';
import { suggest } from './suggest.js';

const PATIENCE_MS = 1_000;

/** Answers a shell that asks `dts complete -- <words>`. */
export async function complete(program: Command, words: readonly string[], world: World): Promise<void> {
  const patience = { retries: 0, timeoutMs: PATIENCE_MS };
  const lookup = createLookup({
    gateway: () => new SchedulerClient({ ...findAccess({}, world), ...patience }),
    scaler: () => new ScalerClient({ ...findScaler({}, world), ...patience }),
  });
  const suggestions = await suggest(program, words, lookup);
  world.out.write(suggestions.map(({ value, about = '' }) => `${printable(value)}\t${printable(about)}\n`).join(''));
}
