import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from '../processes/program.js';
import { waitFor } from '../waiting/wait-for.js';
import { within } from '../waiting/within.js';
import { provideDockerPlugins } from './docker-plugins.js';

/** Another run may have the engine's folder, and must end first. */
const START_TIMEOUT_MS = 10 * 60_000;
/** Containers get 15 s, and what runs them another 15. */
const STOP_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 20 * 60_000;

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what it prints, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Debian's Docker engine, run by hand as root on a socket of its own. Images and the builder's cache are kept in the user's cache
 * folder for the next run; one run at a time has it. What an earlier one left running ends when the next starts.
 */
export class DockerEngine {
  private constructor(
    private readonly daemon: Program,
    private readonly dir: string,
  ) {}

  /** @throws Error that says what to do when there is no engine; with its last output when it does not come up */
  static async start(report: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Promise<DockerEngine> {
    const plugins = await provideDockerPlugins(report);
    const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dts-docker');
    await mkdir(cache, { recursive: true });
    const dir = await mkdtemp(join(tmpdir(), 'dts-docker-'));
    await mkdir(join(dir, 'config/cli-plugins'), { recursive: true });
    for (const [name, file] of Object.entries(plugins)) await symlink(file, join(dir, 'config/cli-plugins', name));
    const daemon = await startProgram('flock', { args: ['--no-fork', join(cache, 'lock'), 'dockerd', ...daemonArgs(cache, dir)] });
    const engine = new DockerEngine(daemon, dir);
    try {
      await engine.#untilReady();
      return engine;
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  /** What the `docker` command of anything else must find in its environment to work with this engine. */
  get env(): Record<string, string> {
    return { DOCKER_HOST: `unix://${join(this.dir, 'docker.sock')}`, DOCKER_CONFIG: join(this.dir, 'config'), DOCKER_BUILDKIT: '1' };
  }

  /** @returns what it printed on its standard output @throws Error with what it complained of */
  async docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    return this.run('docker', args, options);
  }

  /** A command that uses this engine. */
  async run(command: string, args: readonly string[], { cwd, env, onOutput }: CommandOptions = {}): Promise<string> {
    const program = await startProgram(command, { args, cwd, onOutput, env: { ...this.env, ...env } });
    try {
      const exit = await within(program.exited, COMMAND_TIMEOUT_MS, () => `${command} ${args.join(' ')}; ${program.tail}`);
      if (exit.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exit.code ?? exit.signal}; ${program.tail}`);
      return program.stdout;
    } finally {
      await program.kill();
    }
  }

  /** Ends all containers, and the engine. Fine to repeat. */
  async stop(): Promise<void> {
    if (this.daemon.isRunning) await this.daemon.stop(STOP_TIMEOUT_MS);
    await rm(this.dir, { recursive: true, force: true });
  }

  async #untilReady(): Promise<void> {
    const look = async () => !this.daemon.isRunning || this.docker(['version', '--format', '{{.Server.Version}}']);
    const found = await waitFor(look, {
      timeoutMs: START_TIMEOUT_MS,
      describe: 'the Docker engine, or for another run to be done with it',
    });
    if (found === true) throw new Error(`the Docker engine ended while it started; ${this.daemon.tail}`);
  }
}

function daemonArgs(cache: string, dir: string): string[] {
  return [
    `--host=unix://${join(dir, 'docker.sock')}`,
    `--data-root=${join(cache, 'engine')}`,
    `--exec-root=${join(cache, 'run')}`,
    `--pidfile=${join(cache, 'docker.pid')}`,
    // Compose makes networks of its own.
    '--bridge=none',
    // This machine's firewall and routing stay as they are: ports are published by a proxy, and nothing here leaves the machine.
    '--iptables=false',
    '--ip-forward=false',
  ];
}
