import type { ServerResponse } from 'node:http';
import { METRICS } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { GATEWAY_ENV, type GatewayEnv } from '../env.js';
import { Problem } from '../http/problem.js';

/** EVENT_STREAM_STALL, at most, once this gateway is about to end. */
const LEAVING_STALL_MS = 1_000;

/** The event streams that are open here, so that no caller, nor all of them, can have more than this gateway can serve. */
@Injectable()
export class EventStreams {
  private readonly byKey = new Map<string, number>();
  private total = 0;

  constructor(
    @Inject(GATEWAY_ENV) private readonly env: Pick<GatewayEnv, 'EVENT_STREAMS' | 'EVENT_STREAMS_PER_KEY' | 'EVENT_STREAM_STALL'>,
    @InjectMetric(METRICS.eventStreams.name) private readonly gauge: Gauge,
  ) {}

  /**
   * @param keyId of the caller's API key
   * @returns to be called when the stream has ended
   * @throws Problem `too-many-streams`
   */
  open(keyId: string): () => void {
    const { EVENT_STREAMS: most, EVENT_STREAMS_PER_KEY: mostOfKey } = this.env;
    if (this.openOf(keyId) >= mostOfKey) throw tooMany(`The key "${keyId}" has ${mostOfKey} event streams open here, as many as it may.`);
    if (this.total >= most) throw tooMany(`This gateway has ${most} event streams open, as many as it may.`);
    this.change(keyId, 1);
    let isOpen = true;
    return () => {
      if (isOpen) this.change(keyId, -1);
      isOpen = false;
    };
  }

  /**
   * A reader that has taken nothing of what waits for it for so long, or for twice as long where it took some just before, is cut
   * off: it comes back and goes on where it was. Until then nothing more is read for it. Whoever has nothing to take is not slow.
   * @param leaving aborts when this gateway is about to end, which readers like that must not hold up
   */
  cutOffStalled(response: ServerResponse, leaving: AbortSignal): void {
    response.setTimeout(this.env.EVENT_STREAM_STALL, () => {
      if (response.writableLength > 0) response.destroy();
    });
    const hurry = () => response.setTimeout(Math.min(LEAVING_STALL_MS, this.env.EVENT_STREAM_STALL));
    leaving.addEventListener('abort', hurry, { once: true });
    response.once('close', () => leaving.removeEventListener('abort', hurry));
  }

  private openOf(keyId: string): number {
    return this.byKey.get(keyId) ?? 0;
  }

  private change(keyId: string, by: 1 | -1): void {
    this.total += by;
    const left = this.openOf(keyId) + by;
    if (left === 0) this.byKey.delete(keyId);
    else this.byKey.set(keyId, left);
    this.gauge.set(this.total);
  }
}

function tooMany(detail: string): Problem {
  return new Problem('too-many-streams', `${detail} Close some, or read jobs with ?wait=.`);
}
