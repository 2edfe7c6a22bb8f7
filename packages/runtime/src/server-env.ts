import { z } from 'zod';
import { envPort } from './load-env.js';

/** Where an app listens and how long it may take to stop. */
export function serverEnvShape(defaultPort: number) {
  return {
    HOST: z.string().default('127.0.0.1'),
    /** 0 for any free one. */
    PORT: envPort.default(defaultPort),
    /** Milliseconds between the signal to stop and the end of the process. */
    SHUTDOWN_GRACE: z.coerce.number().int().min(0).max(3_600_000).default(25_000),
  };
}
