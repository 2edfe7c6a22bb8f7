import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startProgram } from '@dts/testkit';
import { afterAll, beforeAll } from '@jest/globals';
import { itConforms } from './conformance.js';

const FOLDER = resolve(import.meta.dirname, '../../../worker-go');
const GO = process.env.DTS_GO ?? 'go';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dts-go-'));
  await promisify(execFile)(GO, ['build', '-race', '-o', join(folder, 'worker'), './internal/conformance'], { cwd: FOLDER });
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

itConforms('Go', (env) => startProgram(join(folder, 'worker'), { env: { ...env } }));
