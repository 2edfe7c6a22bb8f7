import { Injectable } from '@nestjs/common';

/** Whether this process is on its way out. Aborts first of all: readiness fails and whoever waits answers at once. */
@Injectable()
export class Draining {
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(): void {
    this.controller.abort(new Error('this process is shutting down'));
  }
}
