import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { overview } from './overview.js';
import { queue } from './queue.js';
import { redis } from './redis.js';
import { scaler } from './scaler.js';
import { slo } from './slo.js';
import { workers } from './workers.js';

/** All of them, by the names of their files. */
export function dashboards(): Readonly<Record<string, Dashboard>> {
  return { overview: overview(), queue: queue(), workers: workers(), scaler: scaler(), redis: redis(), slo: slo() };
}

/** A dashboard as its file has it. */
export function toJson(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, inSight, 2)}\n`;
}

/** What is to be seen on top of each dashboard, the SDK puts into a menu. */
function inSight(name: string, value: unknown): unknown {
  return name === 'placement' && value === 'inControlsMenu' ? undefined : value;
}
