import { QueueError } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, toProblemBody } from './problem.js';
import { PROBLEMS } from './problem-catalogue.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { toProblem } from './to-problem.js';

export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const { status } = PROBLEMS[problem.code];
  if ((status === 503 || status === 429) && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="dts"');
  // Set by a hook, too, which a URL that cannot be read does not come to.
  reply.header('x-request-id', request.id).headers(SECURITY_HEADERS);
  request.server.countProblem?.(problem.code);
  reply.status(status).type('application/problem+json').send(toProblemBody(problem, request.id));
}

/** The one edge at which errors become answers: always `application/problem+json`, never a stack trace. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for hooks whose errors would not come here. */
  readonly answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    if (error instanceof QueueError && error.cause)
      this.logger.warn({ err: error.cause, requestId: request.id, jobId: error.jobId }, error.message);
    sendProblem(toProblem(error) ?? this.unexpected(error, request), request, reply);
  };

  private unexpected(error: unknown, request: FastifyRequest): Problem {
    this.logger.error({ err: error, requestId: request.id, method: request.method, route: request.routeOptions.url }, 'unexpected error');
    return new Problem('internal-error', 'The request was not handled. Report its requestId to the operators.');
  }
}
