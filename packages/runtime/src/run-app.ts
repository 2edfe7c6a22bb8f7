import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Draining } from './draining.js';
import { EnvError } from './load-env.js';
import { toNestLogger } from './logger.js';
import type { Tracing } from './tracing/tracing.js';

export interface AppOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly module: DynamicModule;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Milliseconds that the app's own drain takes at most. */
  readonly graceMs: number;
  /** Milliseconds between the signal and the stop in which it serves on, not ready any more, until every balancer knows; 0 unless given. */
  readonly drainDelayMs?: number;
  readonly adapter?: FastifyAdapter;
  /** Stopped when all else is. */
  readonly tracing?: Tracing;
  /** Between creation and listening: routes and hooks that Nest has no place for. */
  readonly prepare?: (app: NestFastifyApplication) => Promise<void>;
}

/** Milliseconds that an app may take to stop beyond what its own drain allows itself, before it is ended. */
const STOP_MARGIN_MS = 10_000;

/** Starts an app and stops it in order on SIGTERM, SIGINT, the end of the process that supervises it, or its own failure. */
export async function runApp(options: AppOptions): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(options.module, options.adapter ?? new FastifyAdapter(), {
    logger: toNestLogger(options.logger.child({}, { level: 'warn' })),
    abortOnError: false,
    // Each app takes what bodies it wants; Nest's own parsers would come on top.
    bodyParser: false,
  });
  await options.prepare?.(app);
  stopOnDrain(app, options, leaveNoConnectionOpen(app));
  await app.init();
  await listen(app, options);
}

/** Not `app.listen`, which logs what it throws: a port in use is told once. By then jobs may run, so they end in order. */
async function listen(app: NestFastifyApplication, { name, logger, host, port }: AppOptions): Promise<void> {
  try {
    const url = await app.getHttpAdapter().getInstance().listen({ host, port });
    logger.info({ url }, `${name} is listening`);
  } catch (error) {
    process.stderr.write(`${name}: ${explain(error)}\n`);
    app.get(Draining).fail('it cannot listen');
  }
}

/**
 * The server would wait for its callers: a connection that is busy when the stop begins must not be kept for more requests, and one
 * that somebody has opened ahead, without a request so far, is none that Node closes by itself.
 * @returns what closes those
 */
function leaveNoConnectionOpen(app: NestFastifyApplication): () => void {
  const { signal } = app.get(Draining);
  const unused = new Set<Socket>();
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', async (_request, reply) => {
    if (signal.aborted) reply.header('connection', 'close');
  });
  fastify.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  fastify.server.prependListener('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  return () => {
    for (const socket of unused) socket.destroy();
  };
}

/** Whoever begins the drain stops the app: a signal, or the app itself. */
function stopOnDrain(app: NestFastifyApplication, options: AppOptions, closeUnused: () => void): void {
  const { logger, graceMs, drainDelayMs = 0, tracing } = options;
  const draining = app.get(Draining);
  draining.signal.addEventListener('abort', () => {
    logger.info(`stopping: ${(draining.signal.reason as Error).message}`);
    setTimeout(() => exit(logger, 'did not stop in time'), drainDelayMs + graceMs + STOP_MARGIN_MS).unref();
    stop(app, { drainDelayMs, closeUnused, tracing }).then(
      () => process.exit(draining.exitCode),
      (error: unknown) => exit(logger, 'could not stop cleanly', error),
    );
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => draining.begin(signal));
  // A supervisor that dies without a word must not leave its children behind.
  process.on('disconnect', () => draining.begin('the supervising process is gone'));
}

interface Stop {
  readonly drainDelayMs: number;
  readonly closeUnused: () => void;
  readonly tracing: Tracing | undefined;
}

/** A connection that a balancer has just opened may carry a request in a moment: it is closed only once nobody sends any here. */
async function stop(app: NestFastifyApplication, { drainDelayMs, closeUnused, tracing }: Stop): Promise<void> {
  if (drainDelayMs > 0) await delay(drainDelayMs);
  closeUnused();
  await app.close();
  await tracing?.stop();
}

function exit(logger: Logger, reason: string, error?: unknown): never {
  logger.fatal({ error }, reason);
  process.exit(1);
}

/** Runs an app's main function; what it throws becomes one clear line and exit code 1. */
export async function main(name: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${name}: ${explain(error)}\n`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  if (error instanceof EnvError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return `port ${port} on ${address} is already in use: stop what uses it, or set PORT`;
  if (code === 'EACCES' && port !== undefined) return `port ${port} needs privileges: set PORT to 1024 or more`;
  return error.stack ?? error.message;
}
