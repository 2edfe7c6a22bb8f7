import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { IsActiveResponse, ScaledObjectRef } from './protocol.js';
import { Refusal } from './refusal.js';

export type ActivityCall = ServerWritableStream<ScaledObjectRef, IsActiveResponse>;

/**
 * One `StreamIsActive` that is open: says whether the pool is active at once, when that changes, and at every beat.
 *
 * While it is not known the stream says nothing and stays open: KEDA opens one that ended with an error anew after up to a
 * minute, in which no wake-up would reach it. What is wrong it learns from the calls that it makes besides.
 *
 * One message is under way at most. What changes while the other side does not read is not kept: it gets what holds by then.
 */
export class ActivityStream {
  private told: boolean | undefined;
  private writing = false;

  /** @param isActive throws a Refusal: UNAVAILABLE when it is not known, another when the stream is to end with it */
  constructor(
    private readonly call: ActivityCall,
    private readonly isActive: () => boolean,
  ) {}

  /** For when something may have changed. */
  look(): void {
    const active = this.activity();
    if (active !== undefined && active !== this.told) this.say(active);
  }

  /** For when nothing has: so that the other side can tell a quiet stream from a dead one. */
  beat(): void {
    const active = this.activity();
    if (active !== undefined) this.say(active);
  }

  /** With OK, after which KEDA opens it anew within seconds. */
  end(): void {
    this.call.end();
  }

  private activity(): boolean | undefined {
    try {
      return this.isActive();
    } catch (error) {
      const unknown = error instanceof Refusal && error.code === status.UNAVAILABLE;
      if (!unknown && this.call.writable) this.call.emit('error', error);
      return undefined;
    }
  }

  private say(active: boolean): void {
    if (this.writing || !this.call.writable) return;
    this.told = active;
    this.writing = true;
    this.call.write({ result: active }, () => {
      this.writing = false;
      this.look();
    });
  }
}
