import { resolve } from 'node:path';
import { Command } from 'commander';
import { builtApps } from './apps.js';
import { runStack } from './run-stack.js';

const root = resolve(import.meta.dirname, '../../..');
const { verbose = false } = new Command('npm start --')
  .description('Runs Redis, gateway, worker and scaler on this machine. Settings are environment variables: see docs/configuration.md.')
  .option('--verbose', "show the apps' logs")
  .parse()
  .opts<{ verbose?: boolean }>();

process.exitCode = await runStack({ processEnv: process.env, root, entries: builtApps(root), verbose });
