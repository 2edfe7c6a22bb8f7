import { FinalError } from '../errors.js';
import type { HandlerContext, Handlers } from '../handler.js';
import { AttemptAborted } from '../outcome.js';
import { checkResult, definitionOf } from '../payload.js';
import { runHandler } from '../run-handler.js';
import { readThrown, type Thrown } from '../thrown.js';
import { withinTrace } from './hosted-trace.js';
import type { CallMethod, FromHost, HostedStart, ToHost } from './messages.js';

type Settle = (answer: { readonly value?: unknown; readonly error?: Thrown }) => void;

/** The host's side: runs the handlers it is told to, as many at once as it is told. */
export class HandlerServer {
  private readonly aborts = new Map<number, AbortController>();
  private readonly calls = new Map<number, Settle>();
  private lastCall = 0;

  constructor(
    private readonly handlers: Handlers,
    private readonly send: (message: FromHost) => void,
  ) {
    send({ kind: 'ready' });
  }

  receive(message: ToHost): void {
    switch (message.kind) {
      case 'ping':
        this.send({ kind: 'pong' });
        break;
      case 'run':
        void this.run(message.run, message.start);
        break;
      case 'abort':
        this.send({ kind: 'aborting', run: message.run });
        this.aborts.get(message.run)?.abort(new AttemptAborted(message.reason));
        break;
      case 'answer':
        this.calls.get(message.call)?.(message);
        this.calls.delete(message.call);
    }
  }

  private async run(run: number, start: HostedStart): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(run, abort);
    try {
      const context = this.toContext(run, start, abort.signal);
      const result = await withinTrace(start.trace, () => runHandler(this.handlers, start.name, start.payload, context));
      this.complete(run, checkResult(definitionOf(start.name), result));
    } catch (thrown) {
      this.send({ kind: 'failed', run, error: readThrown(thrown) });
    } finally {
      this.aborts.delete(run);
    }
  }

  private complete(run: number, result: unknown): void {
    try {
      this.send({ kind: 'completed', run, result });
    } catch (error) {
      throw new FinalError('invalid-result', `The result cannot be kept: ${readThrown(error).message}`);
    }
  }

  private toContext(run: number, { jobId, attempt, start, token, deadline }: HostedStart, signal: AbortSignal): HandlerContext {
    const call =
      (method: CallMethod) =>
      (...args: unknown[]): Promise<never> =>
        this.call(run, method, args);
    const calls = { progress: call('progress'), log: call('log'), submit: call('submit'), children: call('children') };
    return { jobId, attempt, start, token, signal, deadline, idempotencyKey: jobId, ...calls };
  }

  /** Asks the parent, which has the job; resolves to what the method's caller expects. */
  private call(run: number, method: CallMethod, args: readonly unknown[]): Promise<never> {
    const call = ++this.lastCall;
    const called = new Promise<never>((resolve, reject) => {
      this.send({ kind: 'call', run, call, method, args });
      this.calls.set(call, ({ value, error }) =>
        error ? reject(Object.assign(new Error(error.message), error)) : resolve(value as never),
      );
    });
    called.catch(() => undefined); // a handler that does not wait for it must not end the process
    return called;
  }
}
