// Loaded into a Node worker before anything else: its handler of http.request does nothing, so that what is measured is all the rest.
import { registerHooks } from 'node:module';

const NOOP =
  'export const createHttpRequest = () => async () => ({ status: 200, headers: {}, body: "", truncated: false, durationMs: 0 });';

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('/handlers/http-request.handler.js')) return next(url, context);
    return { format: 'module', source: NOOP, shortCircuit: true };
  },
});
