import { createSignal, type Program, type ProgramOptions, startProgram, within } from '@dts/testkit';
import type { Command } from './rival.js';

const READY_MS = 60_000;
const STOP_MS = 60_000;

/** A program of a contender, by the lines that it prints and takes. */
export class ContenderProgram implements AsyncDisposable {
  private constructor(private readonly program: Program) {}

  /** Resolves when it has said that it is ready. @throws Error with its output when it ends instead, or takes too long */
  static async start({ command, args, env, cwd }: Command, shared: ProgramOptions['env']): Promise<ContenderProgram> {
    const ready = createSignal('ready');
    const onOutput = (text: string) => {
      if (text.split('\n').includes('ready')) ready.set();
    };
    const program = await startProgram(command, { args, cwd, stdin: 'open', env: { ...shared, ...env }, onOutput });
    const failure = () => `${command} ${args.join(' ')}: ${program.tail}`;
    const ended = program.exited.then(() => Promise.reject(new Error(`it has ended: ${failure()}`)));
    try {
      await within(Promise.race([ready.wait(READY_MS), ended]), READY_MS, failure);
      return new ContenderProgram(program);
    } catch (error) {
      await program.kill();
      throw error;
    } finally {
      ended.catch(() => {});
    }
  }

  go(): void {
    this.program.type('go\n');
  }

  /** Rejects with its output when it ends otherwise than with 0. */
  async fails(): Promise<never> {
    const { code } = await this.program.exited;
    if (code === 0) return new Promise<never>(() => {});
    throw new Error(`it has ended with ${code}: ${this.program.name}: ${this.program.tail}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.program.isRunning) await this.program.stop(STOP_MS);
  }
}
