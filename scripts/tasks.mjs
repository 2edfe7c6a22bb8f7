import { join, resolve } from 'node:path';
import { bin, root } from './paths.mjs';

const app = (path) => ['--enable-source-maps', join(root, path)];
const turbo = (task) => [join(bin, 'turbo'), 'run', task, '--output-logs=errors-only', '--ui=stream'];
/** That of `npm start`, wherever it is looked for from. */
const dataDir = (env) => ({ DATA_DIR: resolve(root, env.DATA_DIR || '.data') });
/** Whose files its arguments name. npm runs scripts in the folder of their package.json, and says where it was called. */
const callersFolder = (env) => env.INIT_CWD;
const unlessRedisUrl = (env) => (env.REDIS_URL ? [] : ['redis']);

/**
 * Every root script. A task is one of: `node` (arguments for Node), `command` (a program and its arguments), `jest`
 * (arguments for Jest), `rebuild`, or `steps` (other tasks in order).
 * `built`: needs the workspace's build. `programs`: what must be on PATH, given the environment.
 * `env`, `cwd`: what it sees beside the environment, and where it runs unless in the root, given the environment.
 * `skip`: says why nothing is to be done, given the environment.
 * `supervised`: stops when this bootstrap dies, which it learns from its IPC channel.
 */
export const tasks = {
  start: { node: app('packages/local/dist/main.js'), built: true, programs: unlessRedisUrl, supervised: true },
  workers: { node: app('packages/local/dist/workers.js'), built: true, supervised: true },
  produce: { node: app('packages/local/dist/produce/main.js'), built: true },
  dts: { node: app('packages/cli/dist/main.js'), built: true, env: dataDir, cwd: callersFolder },
  bench: { node: app('packages/bench/dist/main.js'), built: true, programs: () => ['redis'] },
  chaos: { node: app('packages/chaos/dist/main.js'), built: true, programs: () => ['redis', 'compiler', 'haproxy'] },
  soak: { node: app('packages/chaos/dist/availability/main.js'), built: true, programs: () => ['redis', 'compiler', 'haproxy'] },
  test: { jest: [], built: true, programs: () => ['redis', 'chromium', 'compiler', 'curl', 'openssl', 'haproxy'] },
  'test:scaler': { jest: ['--testPathPatterns=packages/(scaling|e2e/src/scaling)/|apps/scaler/'], built: true, programs: () => ['redis'] },
  'test:kubernetes': {
    jest: ['--config', join(root, 'jest.kubernetes.config.mjs')],
    built: true,
    programs: () => ['redis', 'openssl', 'go'],
    skip: (env) => env.SKIP_KUBERNETES === '1' && 'SKIP_KUBERNETES=1 is set: no test that needs a Kubernetes was run.',
  },
  'test:keda': { jest: ['--config', join(root, 'jest.keda.config.mjs')], built: true, programs: () => ['redis', 'openssl', 'go'] },
  'test:deploy': {
    jest: ['--config', join(root, 'jest.deploy.config.mjs')],
    built: true,
    programs: () => ['docker', 'debootstrap', 'go'],
  },
  'test:monitoring': {
    jest: ['--config', join(root, 'jest.monitoring.config.mjs')],
    built: true,
    programs: () => ['redis', 'prometheus', 'alertmanager', 'go'],
  },
  'test:polyglot': {
    jest: ['--config', join(root, 'jest.polyglot.config.mjs')],
    built: true,
    programs: () => ['redis', 'python', 'go', 'compiler'],
  },
  'test:fuzz': { node: app('packages/e2e/dist/fuzz/main.js'), built: true, programs: () => ['redis', 'python'] },
  'pictures:top': { node: app('packages/e2e/dist/pictures/top.js'), built: true, programs: () => ['redis'] },
  'pictures:bull-board': { node: app('packages/e2e/dist/pictures/bull-board.js'), built: true, programs: () => ['redis', 'chromium'] },
  'pictures:console': { node: app('packages/e2e/dist/pictures/console.js'), built: true, programs: () => ['redis', 'chromium'] },
  dashboards: { node: app('packages/dashboards/dist/main.js'), built: true },
  build: { rebuild: true, built: true },
  lint: { command: [join(bin, 'biome'), 'check'] },
  format: { command: [join(bin, 'biome'), 'check', '--write'] },
  types: { command: turbo('types'), built: true },
  imports: {
    command: [join(bin, 'depcruise'), '--config', '.dependency-cruiser.cjs', 'apps', 'packages', 'monitoring', 'scripts'],
    built: true,
  },
  'dead-code': { command: [join(bin, 'knip')], built: true },
  workflows: { node: app('packages/e2e/dist/workflows.js'), built: true, programs: () => ['go'] },
  check: { steps: ['lint', 'types', 'imports', 'dead-code'] },
};
