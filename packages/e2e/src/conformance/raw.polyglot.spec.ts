import { join } from 'node:path';
import { startNode } from '@dts/testkit';
import { itConforms } from './conformance.js';

itConforms('nothing but HTTP', (env) => startNode(join(import.meta.dirname, 'raw-worker.ts'), { env: { ...env } }));
