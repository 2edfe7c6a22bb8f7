import { execFile } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startProgram } from '../processes/program.js';
import { within } from '../waiting/within.js';
import { draftOf } from './drafts.js';
import type { GoToolchain } from './go-toolchain.js';

/** Without symbols for debuggers, which are a third of the size, and without this machine's paths. */
const FLAGS = ['-trimpath', '-mod=readonly'];
const LINKER_FLAGS = '-s -w';

/** For one program, on a machine that is busy with other things. */
const TIMEOUT_MS = 40 * 60_000;
const REPORT_EVERY_MS = 15_000;

/** Files of a module among those that the build needs, to be kept one after the other in one file. */
export interface SourceFile {
  readonly module: string;
  readonly files: readonly string[];
}

export interface BuildSource {
  /** Folder with go.mod and go.sum. */
  readonly module: string;
  readonly tags?: readonly string[];
}

export interface BuildJob {
  readonly name: string;
  readonly package: string;
  /** Where the program goes. It appears there whole, or not at all. */
  readonly file: string;
}

/** What tells its own version only when it is given here; what uses but parts of Kubernetes has its own. */
const TOLD_VERSIONS: Readonly<Record<string, string>> = {
  'k8s.io/kubernetes': 'k8s.io/component-base/version.gitVersion',
  'github.com/docker/buildx': 'github.com/docker/buildx/version.Version',
  'github.com/docker/compose/v5': 'github.com/docker/compose/v5/internal.Version',
};

/** How everything is built. @param tags of Go: what is left out, or taken in */
export async function buildFlags(module: string, tags: readonly string[] = []): Promise<string[]> {
  const manifest = await readFile(join(module, 'go.mod'), 'utf8');
  const told = [...manifest.matchAll(/^(?:require |\t)(\S+) (v\S+)/gm)].flatMap(([, name = '', version]) => {
    const variable = TOLD_VERSIONS[name];
    return variable === undefined ? [] : [` -X ${variable}=${version}`];
  });
  return [...FLAGS, ...(tags.length > 0 ? [`-tags=${tags.join(',')}`] : []), `-ldflags=${LINKER_FLAGS}${told.join('')}`];
}

/** One after the other, as Go keeps all cores busy with each. @throws Error with the end of what Go printed */
export async function buildPrograms(
  go: GoToolchain,
  { module, tags }: BuildSource,
  jobs: readonly BuildJob[],
  report: (line: string) => void,
): Promise<void> {
  const flags = await buildFlags(module, tags);
  for (const [index, job] of jobs.entries()) {
    const startedAt = performance.now();
    await buildProgram(go, { module, flags }, job, report);
    report(`  ${job.name}: built in ${secondsSince(startedAt)} s (${index + 1} of ${jobs.length})`);
  }
}

async function buildProgram(
  go: GoToolchain,
  { module, flags }: { readonly module: string; readonly flags: readonly string[] },
  job: BuildJob,
  report: (line: string) => void,
): Promise<void> {
  const draft = draftOf(job.file);
  const startedAt = performance.now();
  let packages = 0;
  const build = await startProgram(go.command, {
    args: ['build', '-v', ...flags, '-o', draft, job.package],
    cwd: module,
    env: environment(go),
    // Go prints the name of each package as it is done with it.
    onOutput: (text) => {
      packages += text.split('\n').length - 1;
    },
  });
  const tell = () => report(`  ${job.name}: ${packages} packages compiled, ${secondsSince(startedAt)} s`);
  const telling = setInterval(tell, REPORT_EVERY_MS);
  try {
    const exit = await within(build.exited, TIMEOUT_MS, () => `${job.name} to be built; ${build.tail}`);
    if (exit.code !== 0) throw new Error(`${job.name} cannot be built from source; ${build.tail}`);
    await rename(draft, job.file);
  } finally {
    clearInterval(telling);
    await build.kill();
  }
}

/** Several are separated as YAML separates documents. */
export async function keepSource(go: GoToolchain, module: string, source: SourceFile, file: string): Promise<void> {
  const download = ['mod', 'download', '-json', source.module];
  const { stdout } = await promisify(execFile)(go.command, download, { cwd: module, env: environment(go) });
  const { Dir: folder } = JSON.parse(stdout) as { readonly Dir: string };
  const texts = await Promise.all(source.files.map((name) => readFile(join(folder, name), 'utf8')));
  const draft = draftOf(file);
  await writeFile(draft, texts.join('\n---\n'));
  await rename(draft, file);
}

/** The caller's own: where modules come from, through which proxy, and where Go keeps them. */
function environment(go: GoToolchain): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(own), ...go.env, CGO_ENABLED: '0' };
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 1_000);
}
