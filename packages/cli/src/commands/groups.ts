import type { Command } from 'commander';
import { addAudit } from './audit.js';
import { addCompletion } from './completion.js';
import { addDeadLetters } from './dead-letters/dead-letters.js';
import { addFlows } from './flows/flows.js';
import { addBatch } from './jobs/batch.js';
import { addCancel, addPromote, addRetry } from './jobs/change.js';
import { addGet } from './jobs/get.js';
import { addJobTypes } from './jobs/job-types.js';
import { addList } from './jobs/list.js';
import { addLogs } from './jobs/logs.js';
import { addSubmit } from './jobs/submit.js';
import { addWatch } from './jobs/watch.js';
import { addOperations } from './operations/operations.js';
import { addQueues } from './queues/queues.js';
import type { AddCommand, Run } from './run.js';
import { addScaler } from './scaler/scaler.js';
import { addSchedules } from './schedules/schedules.js';
import { addTenants } from './tenants/limits.js';
import { addTop } from './top.js';
import { addWorkers } from './workers.js';

const GROUPS: Readonly<Record<string, readonly AddCommand[]>> = {
  'Jobs:': [addSubmit, addBatch, addGet, addWatch, addList, addCancel, addRetry, addPromote, addLogs, addJobTypes],
  'More than one job:': [addFlows, addSchedules, addDeadLetters, addOperations],
  'Operating:': [addTop, addQueues, addWorkers, addScaler, addTenants, addAudit],
  'This command line:': [addCompletion],
};

/** Every command under the title that stands over it in the help. */
export function addGroups(program: Command, run: Run): void {
  for (const [title, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(title);
    for (const add of commands) add(program, run);
  }
}
