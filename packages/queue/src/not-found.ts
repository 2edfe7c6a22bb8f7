import { QueueError } from './errors.js';

// In one place, as whoever must not know of a thing has to be told the same as if it were not there.

export function jobNotFound(id: string): QueueError {
  return new QueueError('job-not-found', `There is no job ${JSON.stringify(id)}; finished jobs are kept for a limited time.`);
}

export function flowNotFound(id: string): QueueError {
  return new QueueError('flow-not-found', `There is no flow ${JSON.stringify(id)}; finished ones are kept for a limited time.`);
}

export function operationNotFound(id: string): QueueError {
  return new QueueError('operation-not-found', `There is no operation ${JSON.stringify(id)}; one is kept for a week after its end.`);
}
