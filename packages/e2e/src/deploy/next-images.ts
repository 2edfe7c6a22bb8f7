import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DockerEngine } from '@dts/testkit';
import { CHECKOUT } from './compose-project.js';
import { APPS } from './images.js';

const CHANGED = 'http-request.job.js';
const BEFORE = 'json: z.json().optional()';

/** The member of an `http.request` payload that the next version knows, and this one refuses. */
export const LATER_MEMBER = 'note';

/** Images `:next` of the apps: those that were built, in which one payload has grown by an optional member. */
export async function buildNextImages(engine: DockerEngine): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'dts-next-images-'));
  try {
    const source = await readFile(join(CHECKOUT, 'packages/jobs/dist', CHANGED), 'utf8');
    if (!source.includes(BEFORE)) throw new Error(`${CHANGED} has no ${BEFORE}: name another place to add a member`);
    await writeFile(join(context, CHANGED), source.replace(BEFORE, `${LATER_MEMBER}: z.string().optional(), ${BEFORE}`));
    for (const app of APPS) {
      const path = await pathOf(engine, app);
      await writeFile(join(context, 'Dockerfile'), `FROM dts-${app}:local\nCOPY ${CHANGED} ${path}\nLABEL dts.version=next\n`);
      await engine.docker(['build', '--tag', `dts-${app}:next`, '.'], { cwd: context });
    }
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** There is no shell in an image to ask. */
async function pathOf(engine: DockerEngine, app: string): Promise<string> {
  const program = `process.stdout.write(require("node:fs").realpathSync(require.resolve("@dts/jobs")))`;
  const entry = await engine.docker(['run', '--rm', '--network', 'none', `dts-${app}:local`, '--eval', program]);
  return join(entry, '..', CHANGED);
}
