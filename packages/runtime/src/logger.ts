import type { LoggerService } from '@nestjs/common';
import { Logger, PinoLogger } from 'nestjs-pino';
import { type Logger as Pino, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { z } from 'zod';

export const loggerEnvShape = {
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** `pretty` for people, `json` for machines; by default whichever looks at it. */
  LOG_FORMAT: z.enum(['pretty', 'json']).default(process.stdout.isTTY ? 'pretty' : 'json'),
};

export type { Logger } from 'pino';

const loggerEnv = z.object(loggerEnvShape);

/** Injection token of the app's pino logger. */
export const LOGGER = Symbol('LOGGER');

const SECRETS = ['authorization', 'cookie', 'apiKey', 'key', 'password', 'payload'];

/** Where secrets could stand in what is logged: as members of it, of its headers, of a request's headers. */
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export function createLogger(app: string, env: z.output<typeof loggerEnv>): Pino {
  const options = { name: app, level: env.LOG_LEVEL, redact: { paths: REDACTED, censor: '[redacted]' } };
  return env.LOG_FORMAT === 'pretty' ? pino(options, PinoPretty({ sync: true, ignore: 'pid,hostname' })) : pino(options);
}

/** The same logger for Nest's own messages. */
export function toNestLogger(logger: Pino): LoggerService {
  return new Logger(new PinoLogger({ pinoHttp: { logger } }), {});
}
