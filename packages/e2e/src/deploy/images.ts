import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DockerEngine } from '@dts/testkit';
import { CHECKOUT } from './compose-project.js';

export const APPS = ['gateway', 'worker', 'scaler'] as const;

/** What the package managers of this machine go by, which those in a build need as well. */
const SETTINGS = { ca: '/etc/ssl/certs/ca-certificates.crt', npmrc: join(homedir(), '.npmrc') };

/** Builds what Compose starts from: base images under the names that they have in a registry, and the apps'. */
export async function buildImages(engine: DockerEngine, report: (line: string) => void): Promise<void> {
  report('Building the base images, unless they are there …');
  const { XDG_CACHE_HOME: cache } = process.env;
  await engine.run(join(CHECKOUT, 'deploy/docker/base-images/build.sh'), [], { env: cache === undefined ? {} : { XDG_CACHE_HOME: cache } });
  for (const app of APPS) {
    const startedAt = performance.now();
    await engine.docker([...buildArgs(app), '.'], { cwd: CHECKOUT });
    report(`Image dts-${app}: ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  }
}

function buildArgs(app: string): string[] {
  const secrets = Object.entries(SETTINGS).flatMap(([id, file]) => (existsSync(file) ? ['--secret', `id=${id},src=${file}`] : []));
  return [
    'build',
    ...['--file', 'deploy/docker/Dockerfile', '--build-arg', `APP=${app}`, '--tag', `dts-${app}:local`],
    // Whatever this machine reaches its registry by, it is not a network of the engine's.
    ...['--network', 'host', ...secrets],
  ];
}
