import { METRICS } from '@dts/runtime';
import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { FastifyInstance } from 'fastify';
import { Counter } from 'prom-client';
import type { ProblemCode } from './problem-catalogue.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** There once the server is prepared; also where there is no request yet, and no controller. */
    countProblem?: (code: ProblemCode) => void;
  }
}

/** Counts what is refused, by its code: there are as many as PROBLEMS has, whatever callers send. */
@Injectable()
export class ProblemMetrics {
  constructor(@InjectMetric(METRICS.problems.name) private readonly problems: Counter) {}

  watch(fastify: FastifyInstance): void {
    fastify.decorate('countProblem', (code: ProblemCode) => this.problems.inc({ code }));
  }
}
