import { resolve } from 'node:path';
import { Command } from 'commander';
import { builtApps } from './apps.js';
import { runWorker } from './run-worker.js';
import { StartError } from './start-error.js';

const root = resolve(import.meta.dirname, '../../..');
new Command('npm run workers').description('Runs one more worker. Settings are environment variables: see docs/configuration.md.').parse();

try {
  const dataDirOf = (dataDir: string) => resolve(root, dataDir);
  process.exitCode = await runWorker({ processEnv: process.env, dataDirOf, entry: builtApps(root).worker });
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
