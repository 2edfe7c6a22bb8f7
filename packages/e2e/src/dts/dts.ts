import { resolve } from 'node:path';
import { type Program, startNode, waitFor } from '@dts/testkit';

export const DTS = resolve(import.meta.dirname, '../../../cli/dist/main.js');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command line, each time as a process of its own, as a shell would run it. */
export class Dts {
  /** @param env such as DTS_URL and DTS_API_KEY; the process sees nothing else but PATH and HOME */
  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly cwd?: string,
  ) {}

  with(env: Readonly<Record<string, string>>): Dts {
    return new Dts({ ...this.env, ...env }, this.cwd);
  }

  start(...args: string[]): Promise<Program> {
    return startNode(DTS, { args, env: this.env, cwd: this.cwd });
  }

  async run(...args: string[]): Promise<Ran> {
    return ended(await this.start(...args));
  }

  async pipe(input: string, ...args: string[]): Promise<Ran> {
    const program = await startNode(DTS, { args, env: this.env, cwd: this.cwd, stdin: 'open' });
    program.type(input, 'last');
    return ended(program);
  }

  /** What a command prints with --json. @throws Error unless it ends with 0 */
  async json<Document>(...args: string[]): Promise<Document> {
    const ran = await this.run(...args, '--json');
    if (ran.code !== 0) throw new Error(`dts ${args.join(' ')} ended with ${ran.code}: ${ran.stderr}`);
    return JSON.parse(ran.stdout) as Document;
  }
}

async function ended(program: Program): Promise<Ran> {
  const { code } = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** Waits for something that a command prints. */
export async function untilPrinted(program: Program, text: string): Promise<void> {
  await waitFor(() => program.output.includes(text) || !program.isRunning, { timeoutMs: 15_000, describe: `"${text}"` });
  if (!program.output.includes(text)) throw new Error(`"${text}" was not printed; ${program.tail}`);
}
