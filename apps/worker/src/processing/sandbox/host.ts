import { activeTrace } from '@dts/queue';
import type { HandlerEnv } from '../../handlers/env.js';
import { RetryableError } from '../errors.js';
import type { HandlerContext } from '../handler.js';
import type { JobStart } from '../job-start.js';
import type { AttemptAborted } from '../outcome.js';
import { readThrown } from '../thrown.js';
import type { HostChannel, HostEnd, OpenChannel } from './channel.js';
import type { FromHost, HostedStart, RunMessage } from './messages.js';

/** Milliseconds that a handler has to react to its signal, and its host to hear of it. */
const HEED_MS = 2_000;
/** Pings, one a second, after which a host that answers none is taken for blocked. */
const PINGS_UNANSWERED = 10;

/** One handler's run in a host. */
class Run {
  readonly ended: Promise<unknown>;
  /** Whether the host has heard that it is to stop. */
  aborting = false;
  private settle: { readonly resolve: (result: unknown) => void; readonly reject: (error: unknown) => void };

  constructor(readonly context: HandlerContext) {
    this.settle = { resolve: () => undefined, reject: () => undefined };
    this.ended = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  receive(message: RunMessage): void {
    if (message.kind === 'aborting') this.aborting = true;
    else if (message.kind === 'completed') this.settle.resolve(message.result);
    else this.settle.reject(message.error);
  }

  fail(error: unknown): void {
    this.settle.reject(error);
  }
}

/** Handlers that run elsewhere, in a thread or a process, as their parent sees them. */
export class Host {
  /** Rejects with RetryableError when the host ends before it can run anything. */
  readonly ready: Promise<void>;
  private readonly channel: HostChannel;
  private readonly runs = new Map<number, Run>();
  private settleReady?: { readonly resolve: () => void; readonly reject: (error: Error) => void };
  private lastRun = 0;
  private unanswered = 0;
  private opened = false;
  private abandoned = false;
  private blocked = false;
  private diedOf?: HostEnd;

  /** @param onEnd told when it has ended, before its runs are */
  constructor(open: OpenChannel, env: HandlerEnv, onEnd: () => void) {
    this.ready = new Promise((resolve, reject) => {
      this.settleReady = { resolve, reject };
    });
    this.ready.catch(() => undefined); // told to those who wait for it
    this.channel = open({ message: (message) => this.receive(message), ended: (end) => this.ended(end, onEnd) });
    this.channel.post({ kind: 'open', env });
  }

  /** What it ended by, if it has. */
  get death(): HostEnd | undefined {
    return this.diedOf;
  }

  /** Whether it got as far as to run handlers: a host that did not was ended by no handler. */
  get wasReady(): boolean {
    return this.opened;
  }

  /** Whether it can run another job as if it were new: it lives, and no handler was left behind in it. */
  get isClean(): boolean {
    return this.diedOf === undefined && !this.abandoned;
  }

  /** The handler's result; rejects with what it threw, or with RetryableError when the host ends under it. */
  async run(start: JobStart, context: HandlerContext): Promise<unknown> {
    if (this.diedOf) throw lost(this.diedOf);
    context.signal.throwIfAborted();
    const run = ++this.lastRun;
    let overdue: NodeJS.Timeout | undefined;
    const stop = () => {
      this.channel.post({ kind: 'abort', run, reason: (context.signal.reason as AttemptAborted).reason });
      overdue = setTimeout(() => this.overdue(run), HEED_MS);
    };
    context.signal.addEventListener('abort', stop, { once: true });
    try {
      const running = new Run(context);
      this.runs.set(run, running);
      this.channel.post({ kind: 'run', run, start: toHosted(start, context) });
      return await running.ended;
    } finally {
      clearTimeout(overdue);
      context.signal.removeEventListener('abort', stop);
      this.runs.delete(run);
    }
  }

  /** Asks, once a second, whether its event loop turns; ends it when it has not for a while. */
  ping(): void {
    if (!this.opened) return;
    if (++this.unanswered > PINGS_UNANSWERED) this.endBlocked();
    else this.channel.post({ kind: 'ping' });
  }

  end(): void {
    this.channel.end();
  }

  /** A handler that ignores its signal is left behind; one that blocks the host takes it along. */
  private overdue(run: number): void {
    const running = this.runs.get(run);
    if (running?.aborting) {
      this.abandoned = true;
      running.fail(running.context.signal.reason);
    } else this.endBlocked();
  }

  private endBlocked(): void {
    this.blocked = true;
    this.end();
  }

  private receive(message: FromHost): void {
    this.unanswered = 0;
    if (message.kind === 'ready') {
      this.opened = true;
      this.settleReady?.resolve();
    } else if (message.kind === 'call') void this.answer(message);
    else if (message.kind !== 'pong') this.runs.get(message.run)?.receive(message);
  }

  private async answer({ run, call, method, args }: FromHost & { kind: 'call' }): Promise<void> {
    try {
      const context = this.runs.get(run)?.context;
      if (!context) throw new Error('The attempt is over: its context cannot be used any more.');
      const value = await (context[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
      this.channel.post({ kind: 'answer', call, value });
    } catch (error) {
      this.channel.post({ kind: 'answer', call, error: readThrown(error) });
    }
  }

  private ended(end: HostEnd, onEnd: () => void): void {
    this.diedOf = this.blocked ? { ...end, how: 'being stopped, because it was blocked' } : end;
    onEnd();
    const error = lost(this.diedOf);
    this.settleReady?.reject(error);
    for (const run of this.runs.values()) run.fail(error);
  }
}

function toHosted({ job, payload, token }: JobStart, { jobId, attempt, start, deadline }: HandlerContext): HostedStart {
  return { name: job.name, payload, jobId, attempt, start, token, deadline, trace: activeTrace() };
}

function lost({ code, how }: HostEnd): RetryableError {
  return new RetryableError(code, `The sandbox in which the handler ran ended by ${how}.`);
}
