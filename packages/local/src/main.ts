import { resolve } from 'node:path';
import { builtApps } from './apps.js';
import { runStack } from './run-stack.js';

const root = resolve(import.meta.dirname, '../../..');
const verbose = process.argv.includes('--verbose');

process.exitCode = await runStack({ processEnv: process.env, root, entries: builtApps(root), verbose });
