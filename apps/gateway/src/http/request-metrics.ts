import type { ServerResponse } from 'node:http';
import { METRICS } from '@dts/runtime';
import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { FastifyInstance } from 'fastify';
import { Gauge } from 'prom-client';

/** How many requests are being answered: what an autoscaler of gateways goes by beside their CPU. */
@Injectable()
export class RequestMetrics {
  constructor(@InjectMetric(METRICS.requestsInFlight.name) private readonly inFlight: Gauge) {
    this.inFlight.set(0);
  }

  watch(fastify: FastifyInstance): void {
    // Whatever becomes of it, its connection closes it: an answer that was sent, a caller that left.
    fastify.server.on('request', (_request: unknown, response: ServerResponse) => {
      this.inFlight.inc();
      response.once('close', () => this.inFlight.dec());
    });
  }
}
