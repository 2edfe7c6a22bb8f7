import type { HandlerEnv } from '../../handlers/env.js';
import type { JobStart, Runner } from '../job-start.js';
import { runWithin } from '../run-within.js';
import { type OpenChannel, threadOf } from './channel.js';
import { Host } from './host.js';

/** Megabytes of JavaScript heap for a handler; beyond it its thread is ended, and with it only this attempt. */
const HEAP_MB = 512;

const HANDLERS = new URL('./handler-host.js', import.meta.url);

/**
 * Runs jobs in threads, one job to a thread at a time: a handler that computes does not block the event loop, which renews
 * the locks of all jobs. A thread is used again unless its handler has spoilt it.
 */
export class ThreadPool {
  private readonly free: Host[] = [];
  private readonly all = new Set<Host>();

  constructor(
    private readonly env: HandlerEnv,
    private readonly onCrash: () => void,
    private readonly open: OpenChannel = threadOf(HANDLERS, HEAP_MB),
  ) {}

  readonly run: Runner = async (start: JobStart) => {
    const host = this.free.pop() ?? this.add();
    try {
      await host.ready;
      return await runWithin(start, (context) => host.run(start, context));
    } catch (error) {
      if (host.death) this.onCrash();
      throw error;
    } finally {
      if (host.isClean) this.free.push(host);
      else host.end();
    }
  };

  /** Ends all threads, with whatever they run. */
  close(): void {
    for (const host of this.all) host.end();
  }

  private add(): Host {
    const host = new Host(this.open, this.env, () => this.remove(host));
    this.all.add(host);
    return host;
  }

  private remove(host: Host): void {
    this.all.delete(host);
    const index = this.free.indexOf(host);
    if (index >= 0) this.free.splice(index, 1);
  }
}
