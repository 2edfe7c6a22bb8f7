import type { Workload } from '../workload.js';
import { active } from './active.js';
import { batch } from './batch.js';
import { bytes } from './bytes.js';
import { drain } from './drain.js';
import { drainMany } from './drain-many.js';
import { durability } from './durability.js';
import { growth } from './growth.js';
import { latency } from './latency.js';
import { leases } from './leases.js';
import { memory } from './memory.js';
import { observability } from './observability.js';
import { rivals } from './rivals.js';
import { start } from './start.js';
import { submit } from './submit.js';

/** In the order in which they run. */
export const WORKLOADS: readonly Workload[] = [
  submit,
  batch,
  drain,
  drainMany,
  active,
  ...latency,
  growth,
  bytes,
  memory,
  start,
  rivals,
  durability,
  ...observability,
  leases,
];
