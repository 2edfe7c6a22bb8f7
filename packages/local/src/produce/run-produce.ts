import { resolve } from 'node:path';
import { SchedulerClient, SchedulerError } from '@dts/client';
import { CommanderError } from 'commander';
import { StartError } from '../start-error.js';
import { findApiKey } from './find-api-key.js';
import { Interrupted } from './interrupted.js';
import { type Options, parseOptions } from './options.js';
import type { Output, Verdict } from './output.js';
import { startOwnGateway } from './own-gateway.js';
import { OutOfPatience, Patience } from './patience.js';
import { produceFile } from './produce-file.js';
import { produceJobs } from './produce-jobs.js';

export interface Produce extends Output {
  /** Without node and script. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What a relative DATA_DIR is relative to. */
  readonly root: string;
  /** Aborts with {@link Interrupted}. */
  readonly interrupted: AbortSignal;
}

/** The producer. Resolves with its exit code; whatever goes wrong is told on `err`. */
export async function runProduce({ argv, env, root, interrupted, out, err }: Produce): Promise<number> {
  try {
    const options = parseOptions(argv, env, { out: (text) => out.write(text), err: (text) => err.write(text) });
    await using gateway = await findGateway(options, env, root, err);
    const { ended, allWell } = await produce({ ...options, url: gateway.url }, gateway.apiKey, interrupted, { out, err });
    if (ended !== undefined) err.write(`${explain(ended, options)}\n`);
    if (ended instanceof Interrupted) return ended.exitCode;
    return allWell ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // it has said why
    err.write(`${explain(error)}\n`);
    return 1;
  }
}

/** Nobody answers there. */
class NoGateway extends StartError {}

interface Gateway extends AsyncDisposable {
  readonly url: string;
  readonly apiKey: string;
}

/** The one that is meant, or else one for this run alone. @throws StartError when there is neither */
async function findGateway(options: Options, env: NodeJS.ProcessEnv, root: string, err: Output['err']): Promise<Gateway> {
  const dataDir = resolve(root, env.DATA_DIR || '.data');
  try {
    const apiKey = findApiKey(options.key, env, dataDir);
    await greet(options, apiKey);
    return { url: options.url, apiKey, [Symbol.asyncDispose]: async () => {} };
  } catch (error) {
    if (!(error instanceof NoGateway) || options.urlIsGiven) throw error;
    const own = await startOwnGateway({ processEnv: env, checkout: root, dataDir }).catch(() => undefined);
    if (!own) throw error;
    err.write(`No gateway at ${options.url}: ran one for this at ${own.url}.\n`);
    return { url: own.url, apiKey: own.apiKey, [Symbol.asyncDispose]: own.stop };
  }
}

async function produce(options: Options, apiKey: string, interrupted: AbortSignal, output: Output): Promise<Verdict> {
  // How long to go on is a matter of patience alone, not of a number of tries.
  const client = newClient(options.url, apiKey, Number.POSITIVE_INFINITY);
  const patience = new Patience(options.timeout);
  const run = { ...options, client, patience, signal: AbortSignal.any([interrupted, patience.signal]), output };
  try {
    return await (options.file === undefined ? produceJobs(run) : produceFile({ ...run, file: options.file }));
  } finally {
    patience.end();
  }
}

/** @throws StartError when nobody is there, or the key is not welcome */
async function greet({ url, file, wait }: Options, apiKey: string): Promise<void> {
  try {
    await newClient(url, apiKey, 0).jobTypes();
  } catch (error) {
    if (!(error instanceof SchedulerError)) throw error;
    if (error.code === 'network' || error.code === 'timeout')
      throw new NoGateway(`No gateway at ${url}: start one with npm start, or set DTS_URL.`);
    // Reading is not needed to submit a file.
    if (error.status === 403 && file !== undefined && !wait) return;
    throw error;
  }
}

function newClient(url: string, apiKey: string, retries: number): SchedulerClient {
  try {
    return new SchedulerClient({ url, apiKey, retries, timeoutMs: retries === 0 ? 5_000 : Number.POSITIVE_INFINITY });
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

function explain(error: unknown, options?: Options): string {
  if (error instanceof OutOfPatience) return `Gave up: ${error.message} (--timeout).${options?.file ? AGAIN : ''}`;
  if (error instanceof Interrupted) return `Interrupted.${options?.file ? AGAIN : ''}`;
  if (error instanceof StartError) return error.message;
  if (!(error instanceof SchedulerError)) return `Unexpected: ${(error as Error).message}`;
  if (error.status === 401) return 'The gateway does not know this API key: set DTS_API_KEY, or DATA_DIR to that of the running stack.';
  return `The gateway refused: ${error.message} (${error.code}${error.requestId ? `, request ${error.requestId}` : ''})`;
}

const AGAIN = ' Submit the file again to go on: what is in already is recognised.';
