import type { LoggerService } from '@nestjs/common';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { Logger, PinoLogger } from 'nestjs-pino';
import { type Logger as Pino, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { z } from 'zod';
import { redacted } from './redacted.js';

export const loggerEnvShape = {
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** `pretty` for people, `json` for machines; by default whichever looks at it. */
  LOG_FORMAT: z.enum(['pretty', 'json']).default(process.stdout.isTTY ? 'pretty' : 'json'),
};

export type { Logger } from 'pino';

const loggerEnv = z.object(loggerEnvShape);

/** Injection token of the app's pino logger. */
export const LOGGER = Symbol('LOGGER');

/** A line for each thing that happened, with the time of this machine's people. */
const READABLE = { sync: true, ignore: 'pid,hostname', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' };

/**
 * Lines are written together, when there are enough of them or after so many milliseconds: a write each would cost as much as all
 * else about them. Fatal ones are written at once, and pino writes what is left when the process ends; a SIGKILL loses the last ones.
 */
const TO_MACHINES = { dest: 1, sync: false, minLength: 4_096, periodicFlush: 100, maxLength: 64 * 1024 * 1024 };

export function createLogger(app: string, env: z.output<typeof loggerEnv>): Pino {
  const options = {
    name: app,
    level: env.LOG_LEVEL,
    formatters: { log: (line: Record<string, unknown>) => withTrace(redacted(line)) },
    serializers: { err: errorOf },
  };
  return pino(options, env.LOG_FORMAT === 'pretty' ? PinoPretty(READABLE) : pino.destination(TO_MACHINES));
}

/** With what libraries put in their errors: the request that failed, and its headers. */
function errorOf(error: Error): object {
  return redacted({ ...pino.stdSerializers.err(error) });
}

/** Lines of one request, in whatever process, are found by the trace that they are a part of. */
function withTrace(line: Record<string, unknown>): Record<string, unknown> {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { ...line, traceId: span.traceId, spanId: span.spanId } : line;
}

/** The same logger for Nest's own messages. */
export function toNestLogger(logger: Pino): LoggerService {
  return new Logger(new PinoLogger({ pinoHttp: { logger } }), {});
}
