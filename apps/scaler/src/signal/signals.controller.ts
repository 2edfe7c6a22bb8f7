import { QUEUES } from '@dts/jobs';
import { Controller, Get } from '@nestjs/common';
import { Observer } from './observer.js';
import type { Signal } from './signal.js';

/** What the scaler sees, for people: one pool a queue. */
@Controller('v1/pools')
export class SignalsController {
  constructor(private readonly observer: Observer) {}

  @Get()
  list() {
    return { items: this.observer.latest().map(toView), nextCursor: null };
  }
}

function toView(signal: Signal) {
  const pool = { pool: signal.queue, mode: 'observe', description: QUEUES[signal.queue].description };
  if (signal.state === 'unknown') return { ...pool, signal: 'unknown', reason: signal.reason, failures: signal.failures };
  const { queue: _queue, at, ...counts } = signal.snapshot;
  return { ...pool, signal: 'known', readAt: new Date(at).toISOString(), ...counts, rates: signal.rates ?? null };
}
