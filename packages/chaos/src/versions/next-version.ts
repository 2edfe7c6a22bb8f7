import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REPOSITORY = resolve(import.meta.dirname, '../../../..');

/** What the apps are made of. */
const APPS = ['apps/gateway', 'apps/worker', 'apps/scaler'];
const PACKAGES = ['packages/jobs', 'packages/queue', 'packages/runtime', 'packages/scaling', 'packages/console'];
/** What is compiled anew. */
const JOBS = 'packages/jobs';
const CHANGED = join(JOBS, 'src/http-request.job.ts');
const BEFORE = '      json: z.json().optional()';

/** The member of an `http.request` payload that the next version knows, and this one refuses. */
export const LATER_MEMBER = 'note';

/**
 * The version after this one: the source as it is, with a higher version and one payload that has grown by an optional member, compiled.
 * @returns the folder that stands for its checkout; to be removed
 */
export async function buildNextVersion(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'dts-next-'));
  try {
    await mkdir(join(dir, 'apps'));
    await mkdir(join(dir, 'packages'));
    await Promise.all([...APPS, ...PACKAGES, 'tsconfig.base.json'].map((path) => copy(path, dir)));
    await symlink(join(REPOSITORY, 'node_modules'), join(dir, 'node_modules'));
    await growPayload(join(dir, CHANGED));
    await Promise.all(APPS.map((app) => raiseVersion(join(dir, app, 'package.json'))));
    const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: join(dir, JOBS) });
    return dir;
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/** Links between packages are relative: they lead to the copies. */
async function copy(path: string, dir: string): Promise<void> {
  await cp(join(REPOSITORY, path), join(dir, path), { recursive: true, verbatimSymlinks: true });
}

async function growPayload(file: string): Promise<void> {
  const source = await readFile(file, 'utf8');
  if (!source.includes(BEFORE)) throw new Error(`${CHANGED} has no line ${BEFORE.trim()}: name another place to add a member`);
  await writeFile(file, source.replace(BEFORE, `      ${LATER_MEMBER}: z.string().optional(),\n${BEFORE}`));
}

async function raiseVersion(file: string): Promise<void> {
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  await writeFile(file, JSON.stringify({ ...manifest, version: `${manifest.version}-next` }));
}
