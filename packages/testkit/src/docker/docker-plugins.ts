import { resolve } from 'node:path';
import { type BuiltFiles, provideBuilt } from '../kubernetes/built-files.js';

/** Of the `docker` command, which Debian has without them. Each is a module of its own: they need different versions of the same modules. */
const COMPOSE = {
  title: 'Docker Compose',
  module: resolve(import.meta.dirname, '../../compose'),
  packages: { 'docker-compose': 'github.com/docker/compose/v5/cmd' },
  sources: {},
} as const;

const BUILDX = {
  title: 'Docker Buildx',
  module: resolve(import.meta.dirname, '../../buildx'),
  packages: { 'docker-buildx': 'github.com/docker/buildx/cmd/buildx' },
  sources: {},
} as const;

/** Files, by the names under which `docker` looks for them. */
export type DockerPlugins = BuiltFiles<typeof COMPOSE> & BuiltFiles<typeof BUILDX>;

/**
 * Builds what is missing from their Go modules, once a machine and version: five minutes or so.
 * @throws Error as `provideBuilt`
 */
export async function provideDockerPlugins(report: (line: string) => void = () => {}): Promise<DockerPlugins> {
  return { ...(await provideBuilt(COMPOSE, report)), ...(await provideBuilt(BUILDX, report)) };
}
