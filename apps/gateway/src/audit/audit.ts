import { AuditLog } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../http/authenticate.js';
import { toProblem } from '../http/to-problem.js';

/** What is about to be changed. Neither payloads nor secrets belong into it. */
export interface Change {
  /** Such as `queue.pause`. */
  readonly action: string;
  /** A name or an id. */
  readonly target: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The outcome of a change that was made. */
const DONE = 'done';

/**
 * Logs what operators change, with their key's id: before it is made, so that nothing is changed unlogged, and again once
 * it is known how it ended.
 */
@Injectable()
export class Audit {
  constructor(
    private readonly log: AuditLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws QueueError `unavailable` when it cannot be logged, and then it is not made; what `make` throws otherwise */
  async change<T>(request: FastifyRequest, change: Change, make: () => Promise<T>): Promise<T> {
    const id = await this.begin(request, change);
    try {
      const made = await make();
      await this.end(id, DONE);
      return made;
    } catch (error) {
      await this.end(id, toProblem(error)?.code ?? 'internal-error');
      throw error;
    }
  }

  /** The same for what belongs to a tenant: what a caller does with its own things is no operator's change. */
  changeOf<T>(tenant: string, request: FastifyRequest, change: Change, make: () => Promise<T>): Promise<T> {
    if (callerOf(request).tenant === tenant) return make();
    return this.change(request, { ...change, details: { tenant, ...change.details } }, make);
  }

  /** For changes that others make. @returns what to end it by @throws QueueError `unavailable`, and then it must not be made */
  begin(request: FastifyRequest, { action, target, details = {} }: Change): Promise<string> {
    const { id: keyId, tenant } = callerOf(request);
    return this.log.append({ keyId, tenant, action, target, details, requestId: request.id });
  }

  /** An entry whose end cannot be written is still there, its outcome unknown. @param outcome `done` or a problem's code */
  async end(id: string, outcome = DONE): Promise<void> {
    await this.log
      .conclude(id, outcome)
      .catch((error) => this.logger.warn({ err: error, audit: id, outcome }, 'audit log: outcome not written'));
  }
}
