export { type Backoff, defineJob, type JobDefinition, type Payload, type PayloadInput, type Result } from './define-job.js';
export { FinalError, RetryableError } from './errors.js';
export { HIDDEN, hideSecrets } from './hidden.js';
export { checkResult, definitionOf, parsePayload } from './payload.js';
export { isLeased, type LeasedQueueName, QUEUE_NAMES, QUEUES, type QueueDefinition, type QueueName, SERVED_QUEUE_NAMES } from './queues.js';
export {
  type DefinitionOf,
  findJobDefinition,
  HANDLED_JOB_NAMES,
  type HandledJobName,
  isJobName,
  JOB_DEFINITIONS,
  JOB_NAMES,
  type JobName,
  type PayloadInputOf,
  type PayloadOf,
  type ResultOf,
} from './registry.js';
export { toShown } from './shown.js';
export { readThrown, type Thrown } from './thrown.js';
