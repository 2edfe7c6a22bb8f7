import { Injectable } from '@nestjs/common';

/** Whether this process is on its way out. Aborts first of all: readiness fails and whoever waits answers at once. */
@Injectable()
export class Draining {
  /** What the process ends with. */
  exitCode = 0;
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** @param cause for the log */
  begin(cause = 'told to'): void {
    this.controller.abort(new Error(cause));
  }

  /** For an app that cannot do its work any more: it stops in order, and its supervisor sees a failure and starts it anew. */
  fail(cause: string): void {
    this.exitCode = 1;
    this.begin(cause);
  }
}
