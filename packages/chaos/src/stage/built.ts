import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whose build is put on the stage unless another is named. */
export const CHECKOUT = resolve(import.meta.dirname, '../../../..');
const APPS = join(CHECKOUT, 'apps');

/** Programs that are put on the stage. */
export const BUILT = {
  gateway: join(APPS, 'gateway/dist/main.js'),
  worker: join(APPS, 'worker/dist/main.js'),
  scaler: join(APPS, 'scaler/dist/main.js'),
  atMostOnceWorker: fileURLToPath(import.meta.resolve('../control/at-most-once-worker.js')),
};

/** Makes a worker do to itself what the answers to its jobs' calls say. */
export const CONDUCTED = { NODE_OPTIONS: `--import=${import.meta.resolve('../executions/misbehave.js')}` };
