import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Draining } from './draining.js';

/** What keeps an app from doing its work: a line each, none when it is ready. */
export type Readiness = () => Promise<readonly string[]>;

export const READINESS = Symbol('READINESS');

@Controller()
export class HealthController {
  constructor(
    @Inject(READINESS) private readonly readiness: Readiness,
    private readonly draining: Draining,
  ) {}

  /** The process is alive: restart it when this fails. */
  @Get('healthz')
  health() {
    return { status: 'ok' };
  }

  /** The app can do its work: send it some only while this is 200. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const problems = this.draining.signal.aborted ? ['shutting down'] : await this.readiness();
    reply.status(problems.length === 0 ? 200 : 503);
    return problems.length === 0 ? { status: 'ok' } : { status: 'unavailable', problems };
  }
}
