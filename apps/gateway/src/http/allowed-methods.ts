import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { Problem } from './problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route that stands for the methods which its path does not take: those that it does. */
    allow?: string;
  }
}

/** Pages, whose servers look after themselves. */
const PAGES = /^\/(ui|docs)(\/|$)|\*/;

/**
 * The router knows a path by its method only, and says of every other that the path is not there. So each path gets a
 * route for the methods that nobody serves, which answers 405 and says in `Allow` which ones there are.
 */
@Injectable()
export class AllowedMethods implements OnApplicationBootstrap {
  private readonly served = new Map<string, Set<string>>();
  private fastify?: FastifyInstance;

  /** To be called before there are routes, and before keys are asked for: what a path takes is no secret. */
  watch(fastify: FastifyInstance): void {
    this.fastify = fastify;
    fastify.addHook('onRoute', (route) => this.note(route));
    fastify.addHook('onRequest', async (request, reply) => {
      const { allow } = request.routeOptions.config;
      if (allow === undefined) return;
      reply.header('allow', allow);
      throw new Problem('method-not-allowed', `This path takes ${allow}.`);
    });
  }

  /** Nest calls this once the controllers' routes are there. */
  onApplicationBootstrap(): void {
    for (const [url, methods] of [...this.served]) {
      const method = this.fastify?.supportedMethods.filter((name) => !methods.has(name)) ?? [];
      this.fastify?.route({ url, method, config: { allow: [...methods].sort().join(', ') }, handler: unreachable });
    }
  }

  private note({ url, method, config }: RouteOptions): void {
    if (PAGES.test(url) || config?.allow !== undefined) return;
    const methods = this.served.get(url) ?? new Set<string>();
    for (const name of [method].flat()) methods.add(name);
    this.served.set(url, methods);
  }
}

/** The hook above has answered. */
function unreachable(): never {
  throw new Problem('method-not-allowed', 'This path does not take that method.');
}
