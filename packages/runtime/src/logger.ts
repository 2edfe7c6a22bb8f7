import type { LoggerService } from '@nestjs/common';
import { isSpanContextValid, trace } from '@opentelemetry/api';
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

/** A line for each thing that happened, with the time of this machine's people. */
const READABLE = { sync: true, ignore: 'pid,hostname', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' };

export function createLogger(app: string, env: z.output<typeof loggerEnv>): Pino {
  const options = { name: app, level: env.LOG_LEVEL, mixin: traceOf, redact: { paths: REDACTED, censor: '[redacted]' } };
  return env.LOG_FORMAT === 'pretty' ? pino(options, PinoPretty(READABLE)) : pino(options);
}

/** By which the lines of one request, in whatever process, are found: that of the trace which runs. */
function traceOf(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { traceId: span.traceId, spanId: span.spanId } : {};
}

/** The same logger for Nest's own messages. */
export function toNestLogger(logger: Pino): LoggerService {
  return new Logger(new PinoLogger({ pinoHttp: { logger } }), {});
}
