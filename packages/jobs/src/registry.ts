import type { JobDefinition, Payload, PayloadInput, Result } from './define-job.js';
import { emailSend } from './email-send.job.js';
import { httpRequest } from './http-request.job.js';
import { imageThumbnail } from './image-thumbnail.job.js';
import { isLeased, type LeasedQueueName } from './queues.js';
import { reportRender } from './report-render.job.js';

/** Every job type there is. A new one is a line here and a handler in the worker, unless it is handled elsewhere; all else follows. */
const DEFINITIONS = [httpRequest, emailSend, imageThumbnail, reportRender] as const;

type Definition = (typeof DEFINITIONS)[number];

export type JobName = Definition['name'];
/** Those that have a handler in the worker: all but those that are handled elsewhere. */
export type HandledJobName = Exclude<Definition, { queue: LeasedQueueName }>['name'];
export type DefinitionOf<Name extends JobName> = Extract<Definition, { name: Name }>;
export type PayloadInputOf<Name extends JobName> = PayloadInput<DefinitionOf<Name>>;
export type PayloadOf<Name extends JobName> = Payload<DefinitionOf<Name>>;
export type ResultOf<Name extends JobName> = Result<DefinitionOf<Name>>;

export const JOB_DEFINITIONS: readonly JobDefinition[] = DEFINITIONS;

export const JOB_NAMES = DEFINITIONS.map((definition) => definition.name);

export const HANDLED_JOB_NAMES = DEFINITIONS.filter(({ queue }) => !isLeased(queue)).map(({ name }) => name as HandledJobName);

const byName = new Map<string, JobDefinition>(DEFINITIONS.map((definition) => [definition.name, definition]));

export function findJobDefinition(name: string): JobDefinition | undefined {
  return byName.get(name);
}

export function isJobName(name: string): name is JobName {
  return byName.has(name);
}
