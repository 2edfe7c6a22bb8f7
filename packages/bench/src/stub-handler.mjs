// Loaded into a Node worker before anything else: its handler of http.request calls nobody, so that what is measured is all the
// rest. It takes JOB_MS milliseconds, nothing unless given, and its result tells when it began, in Unix milliseconds.
import { registerHooks } from 'node:module';

const STUB = `
import { setTimeout as delay } from 'node:timers/promises';
const ms = Number(process.env.JOB_MS ?? 0);
export const createHttpRequest = () => async () => {
  const body = String(performance.timeOrigin + performance.now());
  if (ms > 0) await delay(ms);
  return { status: 200, headers: {}, body, truncated: false, durationMs: 0 };
};
`;

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('/handlers/http-request.handler.js')) return next(url, context);
    return { format: 'module', source: STUB, shortCircuit: true };
  },
});
