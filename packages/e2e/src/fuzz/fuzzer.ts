import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FuzzOptions } from './options.js';

const CONFIG = resolve(import.meta.dirname, '../../fuzz/schemathesis.toml');
const HOOKS = resolve(import.meta.dirname, '../../fuzz/hooks.py');
const FOLDER = resolve(import.meta.dirname, '../../../../.data/fuzz');

export interface Target {
  /** Where `/openapi.json` is. */
  readonly url: string;
  readonly apiKey: string;
}

/** Schemathesis against a running API. */
export class Fuzzer {
  constructor(private readonly program: string) {}

  /**
   * Shows what it finds as it finds it, and leaves a report of every request in `.data/fuzz`.
   * @returns whether nothing was found
   */
  async passes(target: Target, { seed, seconds }: FuzzOptions, signal: AbortSignal): Promise<boolean> {
    const report = ['--report', 'junit,html', '--report-dir', FOLDER];
    // One worker: Python 3.11 cannot parse in two threads at once, which Hypothesis does ("recursion depth mismatch").
    const args = ['--seed', String(seed), '--max-time', String(seconds), '--workers', '1', ...report];
    return (await this.run(target, args, 'inherit', signal)) === 0;
  }

  /** Whether it sees what is wrong with an API that is: one that it found nothing in would prove nothing about another. */
  async finds(target: Target, signal: AbortSignal): Promise<boolean> {
    const args = ['--seed', '1', '--max-time', '10', '--phases', 'coverage'];
    return (await this.run(target, args, 'ignore', signal)) === 1;
  }

  private async run({ url, apiKey }: Target, args: readonly string[], output: 'inherit' | 'ignore', signal: AbortSignal): Promise<number> {
    const all = ['--config-file', CONFIG, 'run', `${url}/openapi.json`, '--no-color', '--generation-database', 'none', ...args];
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, DTS_API_KEY: apiKey, SCHEMATHESIS_HOOKS: HOOKS };
    await mkdir(FOLDER, { recursive: true });
    // It leaves what it found for another time in the folder that it runs in.
    const child = spawn(this.program, all, { cwd: FOLDER, env, stdio: ['ignore', output, output], signal });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? -1;
  }
}
