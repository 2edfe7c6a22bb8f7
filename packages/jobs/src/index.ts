export { type Backoff, defineJob, type JobDefinition, type Payload, type PayloadInput, type Result } from './define-job.js';
export { HIDDEN, hideSecrets } from './hidden.js';
export { QUEUE_NAMES, QUEUES, type QueueDefinition, type QueueName } from './queues.js';
export {
  type DefinitionOf,
  findJobDefinition,
  isJobName,
  JOB_DEFINITIONS,
  JOB_NAMES,
  type JobName,
  type PayloadInputOf,
  type PayloadOf,
  type ResultOf,
} from './registry.js';
export { toShown } from './shown.js';
