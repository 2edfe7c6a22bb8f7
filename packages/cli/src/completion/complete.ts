import { SchedulerClient } from '@dts/client';
import type { Command } from 'commander';
import { printable } from '../output/printable.js';
import { findAccess } from '../process/access.js';
import type { World } from '../process/world.js';
import { createLookup } from './lookup.js';
import { suggest } from './suggest.js';

const PATIENCE_MS = 1_000;

/** Answers a shell that asks `dts complete -- <words>`. */
export async function complete(program: Command, words: readonly string[], world: World): Promise<void> {
  const connect = () => new SchedulerClient({ ...findAccess({}, world), retries: 0, timeoutMs: PATIENCE_MS });
  const suggestions = await suggest(program, words, createLookup(connect));
  world.out.write(suggestions.map(({ value, about = '' }) => `${printable(value)}\t${printable(about)}\n`).join(''));
}
