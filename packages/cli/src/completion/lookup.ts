import type { JobType, SchedulerClient } from '@dts/client';
import { take } from '../output/list.js';
import type { JsonSchema } from '../payload/json-schema.js';

export interface Suggestion {
  readonly value: string;
  /** For shells that show it. */
  readonly about?: string;
}

/** Values of what an argument or option names in its placeholder, such as `<queue>`; none for what can't be told. */
export type Lookup = (placeholder: string, operands: readonly string[]) => Promise<readonly Suggestion[]>;

/** What is the same at every gateway. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  states: ['scheduled', 'waiting', 'active', 'waiting-children', 'completed', 'dead', 'cancelled', 'expired'],
  'flow-states': ['running', 'completed', 'failed', 'cancelled'],
};
const MOST = 100;

type Ask = (client: SchedulerClient, operands: readonly string[]) => Promise<readonly Suggestion[]>;

const ASK: Readonly<Record<string, Ask>> = {
  'job-type': async (client) => (await client.jobTypes()).map(({ name, description }) => ({ value: name, about: description })),
  queue: async (client) => [...new Set((await client.jobTypes()).map(({ queue }) => queue))].map((value) => ({ value })),
  schedule: async (client) => (await take(client.schedules.list(), MOST)).items.map(({ id, job }) => ({ value: id, about: job.name })),
  'key=value': async (client, [name]) => fieldsOf((await client.jobTypes()).find((type) => type.name === name)),
};

/** @param connect makes a client that gives up soon: nobody waits long for a Tab */
export function createLookup(connect: () => SchedulerClient): Lookup {
  return async (placeholder, operands) => {
    const known = KNOWN[placeholder];
    if (known) return known.map((value) => ({ value }));
    try {
      return (await ASK[placeholder]?.(connect(), operands)) ?? [];
    } catch {
      return []; // no key, no gateway: then there is nothing to suggest, and no place to say so
    }
  };
}

function fieldsOf(type: JobType | undefined): readonly Suggestion[] {
  const { properties = {} } = (type?.payloadSchema ?? {}) as JsonSchema;
  return Object.entries(properties).map(([name, { description }]) => ({ value: `${name}=`, about: description }));
}
