import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import type { FromHost, ToHost } from './messages.js';

/** A host, as its messages and its end are seen. */
export interface HostChannel {
  post(message: ToHost): void;
  /** Ends it, whatever it does; `ended` is told. */
  end(): void;
}

interface HostEvents {
  readonly message: (message: FromHost) => void;
  /** Once, after the last message. */
  readonly ended: (how: HostEnd) => void;
}

export interface HostEnd {
  readonly code: 'out-of-memory' | 'sandbox-ended';
  /** `exit code 1`, `SIGKILL`: to be read behind "it ended by". */
  readonly how: string;
}

export type OpenChannel = (on: HostEvents) => HostChannel;

/** A thread: cheap, bounded heap, but what ends the process ends all. */
export function threadOf(module: URL, heapMb: number): OpenChannel {
  return (on) => {
    const thread = new Worker(module, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    let end: HostEnd | undefined;
    thread.on('message', on.message);
    thread.on('error', (error: NodeJS.ErrnoException) => {
      end =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { code: 'out-of-memory', how: `using more than ${heapMb} MB of memory` }
          : { code: 'sandbox-ended', how: `an error that nobody caught: ${error.message}` };
    });
    thread.once('exit', (code) => on.ended(end ?? { code: 'sandbox-ended', how: `exit code ${code}` }));
    return { post: (message) => thread.postMessage(message), end: () => void thread.terminate() };
  };
}

/** A process: whatever a handler does to its process, it does to this one. */
export function processOf(module: URL, heapMb: number): OpenChannel {
  return (on) => {
    const child = fork(module, { serialization: 'advanced', execArgv: [`--max-old-space-size=${heapMb}`] });
    child.on('message', on.message);
    const ended = (how: string) => {
      const tell = () => on.ended({ code: 'sandbox-ended', how });
      if (child.connected) child.once('disconnect', tell);
      else tell();
    };
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    child.on('error', (error) => {
      if (child.pid === undefined) ended(error.message);
    });
    return { post: (message) => void child.send(message, () => undefined), end: () => void child.kill('SIGKILL') };
  };
}
