// Loaded into the product's processes before anything else: the worker's handler of http.request does nothing but leave its mark,
// as the jobs of the other queues do.
import { registerHooks } from 'node:module';

const MARKING = `
import { openSync, writeSync } from 'node:fs';
export const createHttpRequest = () => {
  const tally = openSync(process.env.TALLY, 'a');
  return async ({ url }) => {
    writeSync(tally, url.slice(url.lastIndexOf('/') + 1).padStart(7, '0') + '\\n');
    return { status: 200, headers: {}, body: '', truncated: false, durationMs: 0 };
  };
};
`;

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('/handlers/http-request.handler.js')) return next(url, context);
    return { format: 'module', source: MARKING, shortCircuit: true };
  },
});
