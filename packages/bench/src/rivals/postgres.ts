import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, type Program, startProgram, waitFor, within } from '@dts/testkit';

const DEBIAN = '/usr/lib/postgresql';
/** Made by Debian's package; PostgreSQL refuses to be root. */
const USER = 'postgres';
const START_MS = 30_000;
const STOP_MS = 30_000;
const INSTALL = 'install PostgreSQL, on Debian with: apt-get install postgresql';

const execute = promisify(execFile);

/** A server of its own with PostgreSQL's defaults: fsync and synchronous_commit are on. */
export class Postgres implements AsyncDisposable {
  private constructor(
    private readonly bin: string,
    private readonly dir: string,
    private readonly port: number,
    private readonly program: Program,
    readonly version: string,
  ) {}

  /** @throws Error that says what to install */
  static async start(): Promise<Postgres> {
    const bin = await findBin();
    const dir = await mkdtemp(join(tmpdir(), 'dts-postgres-'));
    const asUser = userInfo().uid === 0 ? ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--init-groups'] : [];
    if (asUser.length > 0) await chown(dir, ...(await idsOf(USER)));
    const [first = '', ...initdb] = [...asUser, join(bin, 'initdb'), '--pgdata', join(dir, 'data'), '--auth=trust', `--username=${USER}`];
    await execute(first, initdb, { cwd: dir });
    const port = await freePort();
    const [command = '', ...args] = [
      ...asUser,
      join(bin, 'postgres'),
      '-D',
      join(dir, 'data'),
      '-p',
      String(port),
      '-k',
      dir,
      '-h',
      '127.0.0.1',
    ];
    const program = await startProgram(command, { args, cwd: dir });
    const { stdout } = await execute(join(bin, 'postgres'), ['--version']);
    const server = new Postgres(bin, dir, port, program, stdout.trim());
    await waitFor(() => server.run('SELECT 1', 'postgres').then(() => true), { timeoutMs: START_MS, describe: 'PostgreSQL to answer' });
    return server;
  }

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/bench`;
  }

  /** An empty database, whoever is still connected to the last one. */
  async reset(): Promise<void> {
    await this.run('DROP DATABASE IF EXISTS bench WITH (FORCE)', 'postgres');
    await this.run('CREATE DATABASE bench', 'postgres');
    await this.run('CHECKPOINT', 'postgres');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its fast shutdown; killed outright it would leave its shared memory behind.
    this.program.signal('SIGINT');
    await within(this.program.exited, STOP_MS, 'PostgreSQL to stop').catch(() => this.program.kill());
    await rm(this.dir, { recursive: true, force: true });
  }

  private async run(statement: string, database: string): Promise<void> {
    await execute(join(this.bin, 'psql'), ['-qX', '-h', '127.0.0.1', '-p', String(this.port), '-U', USER, '-d', database, '-c', statement]);
  }
}

async function findBin(): Promise<string> {
  const versions = (await readdir(DEBIAN).catch(() => [])).map(Number).filter(Number.isFinite);
  if (versions.length === 0) throw new Error(INSTALL);
  return join(DEBIAN, String(Math.max(...versions)), 'bin');
}

async function idsOf(user: string): Promise<[uid: number, gid: number]> {
  const id = async (flag: string) => Number((await execute('id', [flag, user])).stdout);
  return [await id('-u'), await id('-g')];
}
