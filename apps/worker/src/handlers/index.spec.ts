import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HANDLED_JOB_NAMES } from '@dts/jobs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { handlerEnvShape } from './env.js';
import { createHandlers } from './index.js';

it('has a handler for every job type that is not handled elsewhere', () => {
  const handlers = createHandlers(z.object(handlerEnvShape).parse({}));
  expect(Object.keys(handlers).sort()).toEqual([...HANDLED_JOB_NAMES].sort());
});

const packagePath = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A copy of the worker's and the definitions' sources, inside this package so that its dependencies are found. */
const folder = packagePath(`.type-test-${process.pid}`);
const definitions = join(folder, 'jobs/registry.ts');
const handlers = join(folder, 'worker/handlers/index.ts');

const FOURTH_JOB = `import { z } from 'zod';
import { defineJob } from './define-job.js';
export const fourth = defineJob({
  name: 'test.fourth',
  queue: 'io',
  description: 'Proves that a definition needs a handler',
  payload: z.strictObject({ question: z.string() }),
  result: z.strictObject({ answer: z.number() }),
  attempts: 1,
  backoff: { type: 'fixed', delay: 1 },
  timeout: 1,
  example: { question: '?' },
});
`;

describe('a fourth job type', () => {
  beforeEach(async () => {
    await mkdir(folder);
    await cp(packagePath('src'), join(folder, 'worker'), { recursive: true });
    await cp(packagePath('../../packages/jobs/src'), join(folder, 'jobs'), { recursive: true });
    await writeFile(join(folder, 'jobs/fourth.job.ts'), FOURTH_JOB);
    await edit(definitions, 'const DEFINITIONS = [', "import { fourth } from './fourth.job.js';\nconst DEFINITIONS = [fourth, ");
    const compilerOptions = { noEmit: true, rootDir: '.', paths: { '@dts/jobs': ['./jobs/index.ts'] } };
    const project = { extends: '../../../tsconfig.base.json', compilerOptions, include: [], files: ['worker/handlers/index.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('does not compile without its handler', async () => {
    expect(await compile()).toMatch(/worker\/handlers\/index\.ts\(.*error TS\d+: Property '"test\.fourth"' is missing/);
  });

  it('does not compile with a handler that gives something else', async () => {
    await edit(handlers, "'http.request':", "'test.fourth': async () => ({ answer: 'a lot' }),\n    'http.request':");
    expect(await compile()).toMatch(/Type 'string' is not assignable to type 'number'/);
  });

  it('compiles without one when it is handled elsewhere, and takes none', async () => {
    await edit(join(folder, 'jobs/fourth.job.ts'), "queue: 'io'", "queue: 'external'");
    expect(await compile()).toBe('');
    await edit(handlers, "'http.request':", "'test.fourth': async () => ({ answer: 1 }),\n    'http.request':");
    expect(await compile()).toMatch(/'test\.fourth'/);
  });

  it('compiles with the one line that it needs', async () => {
    await edit(handlers, "'http.request':", "'test.fourth': async ({ question }) => ({ answer: question.length }),\n    'http.request':");
    expect(await compile()).toBe('');
  });
});

/** @throws Error when `from` is not there any more: the test would test nothing */
async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no "${from}": adapt this test`);
  await writeFile(path, text.replace(from, to));
}

/** What the project's own compiler complains about. */
function compile(): Promise<string> {
  const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', folder], (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}
