import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildFlags, buildPrograms, keepSource, type SourceFile } from './build.js';
import { removeLeftDrafts } from './drafts.js';
import { withFileLock } from './file-lock.js';
import { findGo } from './go-toolchain.js';
import { goArchitecture } from './platform.js';

/** What is built from one Go module, once a machine and version. */
export interface BuildPlan {
  /** For people. */
  readonly title: string;
  /** Folder with go.mod and go.sum, which say what is built in which version, and no code but a main program, if any. */
  readonly module: string;
  /** Of Go, where what is built can do with less. */
  readonly tags?: readonly string[];
  /** Programs, by the package that each is built from. */
  readonly packages: Readonly<Record<string, string>>;
  /** Files that are taken from the modules as they are. */
  readonly sources: Readonly<Record<string, SourceFile>>;
}

/** Where each of them is. */
export type BuiltFiles<Plan extends BuildPlan> = Readonly<Record<keyof Plan['packages'] | keyof Plan['sources'], string>>;

/**
 * Builds what is missing, which takes minutes, and 1 GB of memory. It is kept in the user's cache.
 * @param report gets a line now and then, as long as it lasts
 * @throws Error that says what to do when there is no Go, or how the build ended
 */
export async function provideBuilt<Plan extends BuildPlan>(plan: Plan, report: (line: string) => void): Promise<BuiltFiles<Plan>> {
  const folder = join(cacheFolder(), await versionKey(plan));
  const names = [...Object.keys(plan.packages), ...Object.keys(plan.sources)];
  const files: Record<string, string> = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  if (missing(files).length > 0) {
    await mkdir(folder, { recursive: true });
    const waits = () => report(`Waiting for another process that builds ${plan.title} …`);
    // By the time that it is free, another may have built them.
    await withFileLock(join(folder, 'lock'), waits, async () => {
      await removeLeftDrafts(folder);
      await build(plan, files, report);
    });
  }
  return files as BuiltFiles<Plan>;
}

async function build(plan: BuildPlan, files: Readonly<Record<string, string>>, report: (line: string) => void): Promise<void> {
  const jobs = missing(files).map((name) => ({ name, file: files[name] ?? '', package: plan.packages[name], source: plan.sources[name] }));
  if (jobs.length === 0) return;
  const go = await findGo();
  const programs = jobs.flatMap(({ package: from, ...job }) => (from === undefined ? [] : [{ ...job, package: from }]));
  if (programs.length > 0) {
    report(`Building ${plan.title} from source for the tests, once on this machine: ${programs.map(({ name }) => name).join(', ')} …`);
  }
  await buildPrograms(go, plan, programs, report);
  for (const { source, file } of jobs) if (source) await keepSource(go, plan.module, source, file);
}

function missing(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dts-kubernetes');
}

/** Another version of anything that goes into the programs is another folder. */
async function versionKey({ module, tags }: BuildPlan): Promise<string> {
  const hash = createHash('sha256').update((await buildFlags(module, tags)).join(' '));
  for (const name of (await readdir(module)).sort()) hash.update(await readFile(join(module, name)));
  return `${goArchitecture()}-${hash.digest('hex').slice(0, 16)}`;
}
