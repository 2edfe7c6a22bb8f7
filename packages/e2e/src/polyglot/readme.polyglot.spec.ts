import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findGo, type Program, type ProgramOptions, type Stack, startProgram, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from '../api.js';
import { codeOf } from './markdown.js';
import { GO_SDK, PYTHON_SDK, REPOSITORY } from './sdk.js';

const LONG = 300_000;
/** Where `npm start` has its gateway. */
const URL_OF_START = 'http://127.0.0.1:3000';

const section = await codeOf(join(REPOSITORY, 'README.md'), 'Workers in Python and Go');
const [runPython = '', runGo = '', submit = ''] = section('sh');
const python = { file: 'render.py', run: runPython };
const go = { file: 'render/main.go', run: runGo };

const EXAMPLES = [
  { ...python, name: 'Python', program: section('python')[0] },
  { ...go, name: 'Go', program: section('go')[0] },
  { ...python, name: 'the Python SDK', program: (await codeOf(join(PYTHON_SDK, 'README.md')))('python')[0] },
  { ...go, name: 'the Go SDK', program: (await codeOf(join(GO_SDK, 'README.md')))('go')[0] },
];

describe('the README', () => {
  let stack: Stack;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    stack = await startStack({ apps: [], timeoutMs: LONG });
    env = await environment(stack.url);
  }, LONG);
  afterAll(() => stack?.stop());

  it.each(EXAMPLES)(
    'has an example of $name that runs a job as it stands there',
    async ({ file, run, program = '' }) => {
      await using ending = new AsyncDisposableStack();
      const folder = await checkout(stack.apiKey);
      ending.defer(() => rm(folder, { recursive: true, force: true }));
      expect(program).toContain(URL_OF_START);
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), program.replaceAll(URL_OF_START, stack.url));
      const start = async (command: string, options: ProgramOptions) =>
        ending.adopt(await startProgram(command, options), async (program) => {
          await program.stop();
        });
      // `timeout` passes SIGTERM on to all that its shell has started.
      const worker = await start('timeout', { args: ['300', 'sh', '-ec', run], cwd: folder, env: { ...env, DTS_API_KEY: stack.apiKey } });
      const submitted = await start('sh', { args: ['-ec', submit], cwd: REPOSITORY, env: { ...env, DATA_DIR: join(folder, '.data') } });
      expect(await endOf(submitted, worker)).toEqual({ code: 0, signal: null });
      const [id = 'no id'] = /external_\w+/.exec(submitted.output) ?? [];
      expect(await new Api(stack.url, stack.apiKey).wait(id)).toMatchObject({
        state: 'completed',
        result: { document: 'Invoices', rows: 1 },
      });
    },
    LONG,
  );
});

/** What the examples find in a checkout beside `npm start`. */
async function checkout(apiKey: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dts-readme-'));
  await symlink(join(REPOSITORY, 'packages'), join(folder, 'packages'));
  await mkdir(join(folder, '.data'));
  await writeFile(join(folder, '.data/api-key'), apiKey);
  return folder;
}

/** With Go on its PATH, the versions that pip is to install, and a gateway that is not where `npm start` has it. */
async function environment(url: string): Promise<Readonly<Record<string, string>>> {
  const { command, env } = await findGo();
  const own = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const PATH = [...(command.includes('/') ? [dirname(command)] : []), own.PATH].join(delimiter);
  const PIP_CONSTRAINT = join(PYTHON_SDK, 'requirements-test.txt');
  return { ...own, ...env, PATH, PIP_CONSTRAINT, DTS_URL: url };
}

/** Of the submission, which waits for its job. @throws Error when the worker ends before */
function endOf(submitted: Program, worker: Program) {
  const early = worker.exited.then(() => {
    throw new Error(`the worker has ended: ${worker.tail}`);
  });
  return Promise.race([submitted.exited, early]);
}
