import { z } from 'zod';
import { parseRedisUrl } from './redis-url.js';

/** The part of every app's environment that leads to the queues. */
export const queueEnvShape = {
  REDIS_URL: z.string().superRefine(checkRedisUrl).default('redis://127.0.0.1:6379'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w{}-]+$/, 'letters, digits, "_", "-" and a {hash tag} only')
    .default('dts'),
};

function checkRedisUrl(url: string, context: z.RefinementCtx): void {
  try {
    parseRedisUrl(url);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
  }
}
