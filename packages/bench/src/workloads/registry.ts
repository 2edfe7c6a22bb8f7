import type { Workload } from '../workload.js';
import { durability } from './durability.js';
import { leases } from './leases.js';
import { observability } from './observability.js';
import { submit } from './submit.js';

/** In the order in which they run. */
export const WORKLOADS: readonly Workload[] = [submit, durability, ...observability, leases];
