import { FastifyAdapter } from '@bull-board/fastify';
import { isBoardAction } from './board-actions.js';

type Routes = Parameters<FastifyAdapter['setApiRoutes']>[0];
type Route = Routes[number];

const SWITCHED_OFF = {
  status: 403 as const,
  body: {
    error: 'Switched off',
    message: 'Bull Board cannot do this here: a job stays what its caller was told that it is. The API can do more.',
  },
};

/**
 * Bull Board as Fastify serves it, without its own changes: those that are ours are served beside it, the others are
 * refused, those that a later version may bring along as well.
 */
export class BoardServer extends FastifyAdapter {
  override setApiRoutes(routes: Routes): this {
    super.setApiRoutes(routes.flatMap(withoutChanges));
    return this;
  }
}

function withoutChanges(route: Route): Routes {
  return [route.method].flat().flatMap((method): Routes => (method === 'get' ? [{ ...route, method }] : switchedOff(route, method)));
}

function switchedOff(route: Route, method: string): Routes {
  const paths = [route.route].flat().filter((path) => !isBoardAction(method, path));
  return paths.map((path) => ({ ...route, route: path, handler: () => SWITCHED_OFF }));
}
