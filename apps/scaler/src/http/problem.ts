import { LOGGER, type Logger } from '@dts/runtime';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What this API answers with where it cannot do as asked, by stable code (RFC 9457); the gateway's codes mean the same. */
const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  unauthenticated: { status: 401, title: 'An API key is needed' },
  'missing-scope': { status: 403, title: 'The API key does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'pool-not-found': { status: 404, title: 'There is no such pool' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not taken' },
  'invalid-request': { status: 422, title: 'The request does not fit its schema' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Redis is not available' },
} as const;

type ProblemCode = keyof typeof PROBLEMS;

/** One wrong place: in the body (`pointer`, RFC 6901) or in the query (`parameter`). */
export interface ProblemEntry {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly errors?: readonly ProblemEntry[],
  ) {
    super(detail);
  }
}

/** The one edge at which errors become answers: always `application/problem+json`, never a stack trace. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    const { code, detail, errors } = toProblem(error) ?? this.unexpected(error, request);
    const { status, title } = PROBLEMS[code];
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="dts"');
    if (status === 503) reply.header('retry-after', '1');
    const body = { type: `/problems/${code}`, title, status, detail, code, ...(errors && { errors }), requestId: request.id };
    reply.status(status).type('application/problem+json').send(body);
  }

  private unexpected(error: unknown, request: FastifyRequest): Problem {
    this.logger.error({ err: error, requestId: request.id, method: request.method, route: request.routeOptions.url }, 'unexpected error');
    return new Problem('internal-error', 'The request was not handled. Report its requestId to the operators.');
  }
}

/** What Nest and Fastify refuse by themselves. */
const BY_STATUS: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  404: ['not-found', 'There is nothing at this path.'],
  413: ['payload-too-large', 'A body may have 1 MiB.'],
  415: ['unsupported-media-type', 'Send the body as application/json, with that Content-Type.'],
};

function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
  const known = status === undefined ? undefined : BY_STATUS[status];
  if (known) return new Problem(...known);
  return status !== undefined && status < 500 ? new Problem('bad-request', (error as Error).message) : undefined;
}
