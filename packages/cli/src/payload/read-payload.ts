import type { JobType, SchedulerClient } from '@dts/client';
import { EXIT } from '../failure/exit-code.js';
import { UsageError } from '../failure/usage-error.js';
import type { Session } from '../process/session.js';
import type { JsonSchema } from './json-schema.js';
import { applyPairs } from './pairs.js';
import { parseJson, readText } from './read-text.js';

/** Of a job type that the client knows from its build; the gateway says what fits those that it knows. */
type Payload = Parameters<SchedulerClient['submit']>[1];

export interface PayloadSource {
  /** JSON, `@file` or `-`. */
  readonly payload?: string;
  /** `key=value`; they win over the payload's. */
  readonly pairs: readonly string[];
}

/**
 * A payload from whatever says it. Whether it fits is the gateway's to say.
 * @throws UsageError; SchedulerError when the gateway has to be asked for the schema and can't be
 */
export async function readPayload(session: Session, name: string, { payload, pairs }: PayloadSource): Promise<Payload> {
  const given = payload === undefined ? {} : parseJson(await readText(payload, session.world), 'The payload');
  if (pairs.length === 0) return given as Payload;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new UsageError('Pairs go into a payload that is an object.');
  const { payloadSchema } = await findJobType(session, name);
  return applyPairs(given as Record<string, unknown>, pairs, payloadSchema as JsonSchema) as Payload;
}

/** @throws UsageError that names the job types there are */
export async function findJobType({ client, call }: Pick<Session, 'client' | 'call'>, name: string): Promise<JobType> {
  const types = await client.jobTypes(call);
  const found = types.find((type) => type.name === name);
  if (found) return found;
  throw new UsageError(`There is no job type "${name}"; there are ${types.map((type) => type.name).join(', ')}.`, EXIT.notFound);
}
