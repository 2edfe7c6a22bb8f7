import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from './program.js';
import type { ProgramLog } from './program-log.js';
import { StartError } from './start-error.js';

const PROBE_EVERY_MS = 40;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** A run this long was a success: the next crash starts again from the first backoff. */
const STEADY_MS = 10_000;
const KEPT_LINES = 20;
const SHOWN_LINES = 5;

/** Keeps one program running: restarts it when it ends by itself, until it is stopped or given up. */
export class SupervisedProcess {
  /** Rejects with a StartError when the program is given up; never resolves. */
  readonly failed: Promise<never>;
  #fail: (error: StartError) => void = () => {};
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #lines: string[] = [];
  #crashes = 0;
  #backoff = FIRST_BACKOFF_MS;
  #restart: NodeJS.Timeout | undefined;
  #wasReady = false;
  /** Stopped or given up: it is not started again, and nothing is waited for. */
  #over = false;

  constructor(
    private readonly program: Program,
    private readonly log: ProgramLog,
  ) {
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {}); // nobody may be listening when it happens
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @throws StartError when it does not become ready. */
  async start(): Promise<void> {
    this.#spawn();
    await Promise.race([this.#untilReady(), this.failed]);
    this.#wasReady = true;
  }

  /** SIGTERM, and SIGKILL after the program's grace. */
  async stop(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#restart);
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.log.event(`${this.program.name} did not stop within ${this.program.stopGrace / 1000} s: killing it`);
      this.kill();
    }, this.program.stopGrace);
    await this.#ended;
    clearTimeout(timer);
  }

  /** SIGKILL for the program and whatever it started. */
  kill(): void {
    this.#over = true;
    if (this.#child) killGroup(this.#child);
  }

  #spawn(): void {
    const { command, args, env, ipc, onSpawn, onMessage } = this.program;
    const startedAt = performance.now();
    this.#lines = [];
    // A group of its own: the terminal's Ctrl-C must reach the supervisor only, which then stops everyone in order.
    const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])] });
    this.#child = child;
    if (child.pid !== undefined) onSpawn?.(child.pid);
    // It may have ended before it is answered: then nobody waits for that.
    if (onMessage) child.on('message', (message) => onMessage(message, (answer) => child.send(answer, () => {})));
    this.#read(child.stdout, 'stdout');
    this.#read(child.stderr, 'stderr');
    child.once('error', (error) => this.#keep(error.message));
    child.once('exit', () => killGroup(child)); // nothing it started may outlive it, or hold its pipes open
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#child = undefined;
        resolve();
        this.#onEnd(signal ? `was ended by ${signal}` : `exited with code ${code}`, performance.now() - startedAt);
      });
    });
  }

  #read(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    if (!stream) return;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      this.#keep(line);
      this.log.line(line, name);
    });
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  #onEnd(how: string, uptime: number): void {
    if (this.#over) return;
    const { name, bootCrashes, diagnose } = this.program;
    const cause = diagnose?.(this.#lines);
    this.#crashes += 1;
    if (cause) {
      this.#giveUp(cause);
    } else if (!this.#wasReady && this.#crashes >= bootCrashes) {
      this.#giveUp(`${name} ${how} while it started${bootCrashes > 1 ? `, ${bootCrashes} times` : ''}.`, this.#lines);
    } else {
      this.#restartLater(how, uptime);
    }
  }

  #restartLater(how: string, uptime: number): void {
    if (uptime > STEADY_MS) this.#backoff = FIRST_BACKOFF_MS;
    this.log.event(`${this.program.name} ${how}: restarting it`);
    this.#restart = setTimeout(() => this.#spawn(), this.#backoff);
    this.#backoff = Math.min(this.#backoff * 2, LONGEST_BACKOFF_MS);
  }

  #giveUp(message: string, lines: readonly string[] = []): void {
    this.#over = true;
    const shown = lines.slice(-SHOWN_LINES).map((line) => `\n  ${line}`);
    this.#fail(new StartError(lines.length > 0 ? `${message} Its last lines (all: ${this.log.path}):${shown.join('')}` : message));
  }

  async #untilReady(): Promise<void> {
    const { name, probe, readyWithin } = this.program;
    const deadline = performance.now() + readyWithin;
    let missing = await probe();
    while (missing !== undefined && !this.#over) {
      if (performance.now() > deadline) {
        throw new StartError(`${name} is not ready after ${readyWithin / 1000} s: ${missing}. Its log: ${this.log.path}`);
      }
      await delay(PROBE_EVERY_MS);
      missing = await probe();
    }
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
