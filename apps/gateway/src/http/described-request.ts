import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { isGuarded } from './authenticate.js';
import { Problem } from './problem.js';
import { refuseUnknown } from './query.js';

/** Where @nestjs/swagger keeps what a route is described to take. */
const DESCRIBED = 'swagger/apiParameters';

interface Parameter {
  readonly name: string;
  readonly in: string;
}

/**
 * Refuses what a route is not described to take: a query parameter with a typing error (`?tennant=acme`, `?wiat=30`), or a body where
 * there is none, would be left out of account, and something else done than was meant. What they hold is read by whoever needs it.
 */
@Injectable()
export class DescribedRequest implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws Problem `invalid-request` */
  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!isGuarded(request)) return true;
    const described = this.reflector.get<readonly Parameter[] | undefined>(DESCRIBED, context.getHandler()) ?? [];
    refuseUnknown(request.query as object, new Set(described.filter((parameter) => parameter.in === 'query').map(({ name }) => name)));
    if (!described.some((parameter) => parameter.in === 'body')) refuseBody(request.body);
    return true;
  }
}

/** Some clients send `{}` with every request. */
function refuseBody(body: unknown): void {
  const isEmpty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
  if (isEmpty) return;
  throw new Problem('invalid-request', 'This request takes no body.', { errors: [{ pointer: '', detail: 'must be left out' }] });
}
