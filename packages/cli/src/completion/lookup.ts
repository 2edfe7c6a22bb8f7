import type { JobType, ScalerClient, SchedulerClient } from '@dts/client';
import { LOADS } from '@dts/scaling/simulate';
import { take } from '../output/list.js';
import type { JsonSchema } from '../payload/json-schema.js';

export interface Suggestion {
  readonly value: string;
  /** For shells that show it. */
  readonly about?: string;
}

/** Values of what an argument or option names in its placeholder, such as `<queue>`; none for what can't be told. */
export type Lookup = (placeholder: string, operands: readonly string[]) => Promise<readonly Suggestion[]>;

/** What can be told without asking anybody. */
const KNOWN: Readonly<Record<string, readonly Suggestion[]>> = {
  states: ['scheduled', 'waiting', 'active', 'waiting-children', 'completed', 'dead', 'cancelled', 'expired'].map((value) => ({ value })),
  'flow-states': ['running', 'completed', 'failed', 'cancelled'].map((value) => ({ value })),
  load: LOADS.map(({ name, description }) => ({ value: name, about: description })),
};
const MOST = 100;

/** Each makes a client that gives up soon: nobody waits long for a Tab. */
export interface Connections {
  readonly gateway: () => SchedulerClient;
  readonly scaler: () => ScalerClient;
}

type Ask = (client: SchedulerClient, operands: readonly string[]) => Promise<readonly Suggestion[]>;

const ASK: Readonly<Record<string, Ask>> = {
  'job-type': async (client) => (await client.jobTypes()).map(({ name, description }) => ({ value: name, about: description })),
  queue: async (client) => [...new Set((await client.jobTypes()).map(({ queue }) => queue))].map((value) => ({ value })),
  schedule: async (client) => (await take(client.schedules.list(), MOST)).items.map(({ id, job }) => ({ value: id, about: job.name })),
  'key=value': async (client, [name]) => fieldsOf((await client.jobTypes()).find((type) => type.name === name)),
};

export function createLookup(connections: Connections): Lookup {
  return async (placeholder, operands) => {
    const known = KNOWN[placeholder];
    if (known) return known;
    try {
      if (placeholder === 'pool') return await pools(connections.scaler());
      return (await ASK[placeholder]?.(connections.gateway(), operands)) ?? [];
    } catch {
      return []; // no key, nobody there: then there is nothing to suggest, and no place to say so
    }
  };
}

async function pools(client: ScalerClient): Promise<readonly Suggestion[]> {
  return (await client.status()).items.map(({ pool, decision }) => ({ value: pool, about: decision?.reason }));
}

function fieldsOf(type: JobType | undefined): readonly Suggestion[] {
  const { properties = {} } = (type?.payloadSchema ?? {}) as JsonSchema;
  return Object.entries(properties).map(([name, { description }]) => ({ value: `${name}=`, about: description }));
}
