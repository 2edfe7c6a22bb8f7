import { resolve } from 'node:path';
import { startProgram } from '@dts/testkit';
import { itConforms } from './conformance.js';

const FOLDER = resolve(import.meta.dirname, '../../../worker-python');
const PYTHON = process.env.DTS_PYTHON ?? 'python3';

itConforms('Python', (env) => startProgram(PYTHON, { args: [resolve(FOLDER, 'tests/conformance_worker.py')], env: { ...env } }));
