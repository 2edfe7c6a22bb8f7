import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canAptInstall } from './debian.mjs';
import { withLock } from './lock.mjs';
import { root } from './paths.mjs';
import { Problem } from './problem.mjs';

const REDIS_IN_DOCKER =
  "docker run -d -p 127.0.0.1:6379:6379 -v dts-redis:/data redis:7.2 --appendonly yes --appendfsync always --save ''" +
  ', then REDIS_URL=redis://127.0.0.1:6379 npm start';

const IN_DOCKER = 'docker run --rm -it -v "$PWD":/src -w /src node:20-bookworm npm test';

/** Programs that npm cannot bring along: where they come from on each system. `check`: arguments with which one that will do ends with 0. */
const PROGRAMS = {
  redis: {
    title: 'Redis (redis-server or valkey-server)',
    names: ['redis-server', 'valkey-server'],
    debian: 'redis-server',
    macos: 'brew install redis',
    docker: REDIS_IN_DOCKER,
  },
  chromium: {
    title: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: 'chromium',
    macos: 'brew install --cask chromium',
    docker: IN_DOCKER,
  },
  curl: {
    title: 'curl',
    names: ['curl'],
    debian: 'curl',
    macos: 'brew install curl',
    docker: IN_DOCKER,
  },
  compiler: {
    title: 'a C compiler',
    names: ['cc'],
    debian: 'build-essential',
    macos: 'xcode-select --install',
    docker: IN_DOCKER,
  },
  python: {
    title: 'Python 3.11 or newer, with venv',
    names: ['python3'],
    check: ['-c', 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'],
    debian: 'python3-venv',
    macos: 'brew install python',
    docker: IN_DOCKER,
  },
  go: {
    title: 'Go, which builds the worker in Go, and a Kubernetes for the tests (SKIP_KUBERNETES=1 leaves that out),',
    names: ['go'],
    debian: 'golang-go',
    macos: 'brew install go',
    docker: IN_DOCKER.replace('npm test', 'npm run test:kubernetes'),
  },
  docker: {
    title: 'a Docker engine (dockerd)',
    names: ['dockerd'],
    debian: 'docker.io',
    macos: 'not to be had: on Linux only',
    docker: 'not to be had: it runs an engine of its own',
  },
  debootstrap: {
    title: 'debootstrap',
    names: ['debootstrap'],
    debian: 'debootstrap',
    macos: 'not to be had: on Linux only',
    docker: IN_DOCKER.replace('npm test', 'npm run test:deploy'),
  },
  prometheus: {
    title: 'Prometheus (prometheus and promtool)',
    names: ['promtool'],
    debian: 'prometheus',
    macos: 'brew install prometheus',
    docker: IN_DOCKER,
  },
  alertmanager: {
    title: 'Alertmanager (prometheus-alertmanager and amtool)',
    names: ['amtool'],
    debian: 'prometheus-alertmanager',
    macos: 'brew install alertmanager',
    docker: IN_DOCKER,
  },
  openssl: {
    title: 'OpenSSL',
    names: ['openssl'],
    debian: 'openssl',
    macos: 'brew install openssl',
    docker: IN_DOCKER,
  },
};

const lock = join(root, '.turbo', 'programs.lock');

/**
 * Makes sure that a program is on PATH, installing it where that needs nobody's password.
 * @param {keyof typeof PROGRAMS} id
 * @throws Problem with the commands to type when it can't be installed from here.
 */
export async function ensureProgram(id) {
  const program = PROGRAMS[id];
  if (isThere(program)) return;
  if (canAptInstall()) {
    const onWait = (pid) => console.log(`Waiting for another command of this checkout (process ${pid}) to install what it needs …`);
    await withLock(lock, onWait, () => installFromDebian(program));
    if (isThere(program)) return;
  }
  const ways = [
    `  Debian, Ubuntu: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${program.debian}`,
    `  macOS:          ${program.macos}`,
    `  Docker:         ${program.docker}`,
  ];
  throw new Problem(`${program.title} is needed and not installed here. Install it with one of:\n${ways.join('\n')}`);
}

async function installFromDebian(program) {
  // Another command may have done so meanwhile.
  if (isThere(program)) return;
  console.log(`Installing ${program.title} from Debian's packages (${program.debian}) …`);
  await aptInstall(program.debian);
}

function isThere({ names, check }) {
  return names.some((name) => isOnPath(name) && (!check || spawnSync(name, check, { stdio: 'ignore' }).status === 0));
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && isExecutable(join(folder, name)));
}

function isExecutable(path) {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
