import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from '../audit/audit.js';
import { READS } from './guard.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The entry of a change that is under way in Bull Board. */
    auditId?: string;
  }
}

const LONGEST_TARGET = 256;

/** Logs what is changed in Bull Board, by the route that was matched: never what was sent along. */
export class BoardAudit {
  /** @param base where Bull Board is */
  constructor(
    private readonly base: string,
    private readonly audit: Audit,
  ) {}

  /** Before the change. @throws QueueError `unavailable`, and then it must not be made */
  async begin(request: FastifyRequest): Promise<void> {
    const { url = '' } = request.routeOptions;
    if (READS.has(request.method) || !url.startsWith(`${this.base}/api/`)) return;
    const target = Object.values(request.params as Record<string, string>).join('/') || '*';
    request.auditId = await this.audit.begin(request, { action: `board.${verbOf(url)}`, target: target.slice(0, LONGEST_TARGET) });
  }

  /** After its answer. */
  async end({ auditId }: FastifyRequest, { statusCode }: FastifyReply): Promise<void> {
    if (auditId !== undefined) await this.audit.end(auditId, statusCode < 400 ? undefined : `status-${statusCode}`);
  }
}

/** `/ui/api/queues/:queueName/:jobId/retry` is `retry`. */
function verbOf(route: string): string {
  const parts = route.split('/').slice(3);
  return parts.filter((part) => part !== 'queues' && !part.startsWith(':')).join('.');
}
