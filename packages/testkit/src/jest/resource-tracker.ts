import { createHook } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** What a suite must close, by Node's name of the resource. */
const WATCHED = new Map([
  ['PROCESSWRAP', 'a running child process'],
  ['TCPSERVERWRAP', 'a listening socket'],
  ['TCPWRAP', 'an open connection'],
  ['Timeout', 'a running timer'],
]);
// ioredis destroys a connection that the server does not close two seconds after its disconnect.
const GRACE_MS = 5_000;
const POLL_MS = 20;

interface Resource {
  readonly words: string;
  readonly handle: WeakRef<{ hasRef?(): boolean }>;
  /** Made where the resource was, for its stack. */
  readonly created: Error;
}

/** Follows the sockets, processes and timers made since its start. What does not keep a process alive does not count. */
export class ResourceTracker {
  readonly #resources = new Map<number, Resource>();
  readonly #hook = createHook({
    trackPromises: false,
    init: (id, type, _trigger, handle) => {
      const words = WATCHED.get(type);
      if (words) this.#resources.set(id, { words, handle: new WeakRef(handle), created: new Error(words) });
    },
    destroy: (id) => {
      this.#resources.delete(id);
    },
  });

  start(): void {
    this.#hook.enable();
  }

  /** Ends the tracking, and tells what is open still, a line each with its place in the code. What is just closing gets five seconds. */
  async stop(): Promise<string[]> {
    const deadline = performance.now() + GRACE_MS;
    // A first turn of the event loop also lets a socket that is about to listen do so.
    do await delay(POLL_MS, undefined, { ref: false });
    while (this.#open().length > 0 && performance.now() < deadline);
    this.#hook.disable();
    return this.#open().map((resource) => `${resource.words}${placeOf(resource.created)}`);
  }

  #open(): Resource[] {
    return [...this.#resources.values()].filter(({ handle, created }) => handle.deref()?.hasRef?.() && !isOfJest(created));
  }
}

/** Where Jest runs a suite in its own process, the timers that draw its progress come and go meanwhile. */
function isOfJest(created: Error): boolean {
  return created.stack?.includes('@jest/reporters') ?? false;
}

/** The nearest line that is neither Node's nor a dependency's; a dependency's where there is no other. */
function placeOf(created: Error): string {
  const frames = created.stack?.split('\n').slice(1) ?? [];
  const foreign = frames.filter((frame) => !/node:|resource-tracker/.test(frame));
  const place = foreign.find((frame) => !frame.includes('node_modules')) ?? foreign[0];
  return place ? `, from ${place.trim()}` : '';
}
