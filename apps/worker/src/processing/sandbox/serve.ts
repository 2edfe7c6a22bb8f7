import { parentPort } from 'node:worker_threads';
import type { HandlerEnv } from '../../handlers/env.js';
import type { Handlers } from '../handler.js';
import { dieWithParent } from './die-with-parent.js';
import { HandlerServer } from './handler-server.js';
import type { FromHost, ToHost } from './messages.js';

/** Makes this thread, or this process, a host of handlers: its parent says which settings, and what to run. */
export function serve(create: (env: HandlerEnv) => Handlers): void {
  if (!parentPort) dieWithParent();
  let server: HandlerServer | undefined;
  (parentPort ?? process).on('message', (message: ToHost) => {
    if (message.kind === 'open') server = new HandlerServer(create(message.env), send);
    else server?.receive(message);
  });
}

function send(message: FromHost): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}
