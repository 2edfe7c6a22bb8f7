import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { type SchedulerClient, SchedulerError } from '@dts/client';
import { StartError } from '../start-error.js';
import { concurrently } from './concurrently.js';
import { type Line, readLines } from './lines.js';
import type { Output, Verdict } from './output.js';
import { BadLine, lineKey, parseLine } from './parse-line.js';
import type { Patience } from './patience.js';
import { Progress } from './progress.js';

/** Room for the largest payload with every character escaped. */
const MAX_LINE_BYTES = 2 * 1_024 * 1_024;

export interface ProduceFile {
  readonly client: SchedulerClient;
  readonly file: string;
  readonly concurrency: number;
  /** Wait for the end of each job before another line is taken. */
  readonly wait: boolean;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly output: Output;
}

/** Submits a file of jobs, one JSON object a line, as a stream: its length does not matter. */
export async function produceFile(options: ProduceFile): Promise<Verdict> {
  const { file, concurrency, patience, signal, output } = options;
  const size = sizeOf(file);
  const source = addAbortSignal(signal, createReadStream(file));
  const tally = new Tally();
  const progress = new Progress(output.err, () => ({ value: source.bytesRead, total: size, text: tally.text(options.wait) }));
  let ended: unknown;
  try {
    await concurrently(readLines(source, MAX_LINE_BYTES), concurrency, signal, async (line, stop) => {
      const problem = await submitLine(options, line, tally, stop);
      if (problem !== undefined) progress.say(`line ${line.number}: ${problem}`);
      patience.renew();
    });
  } catch (error) {
    ended = signal.aborted ? signal.reason : error;
  }
  progress.stop();
  await closed(source);
  output.out.write(`${tally.text(options.wait)}\n`);
  return { ended, allWell: ended === undefined && tally.bad === 0 && tally.unsuccessful === 0 };
}

class Tally {
  submitted = 0;
  replayed = 0;
  bad = 0;
  retried = 0;
  completed = 0;
  unsuccessful = 0;

  text(wait: boolean): string {
    const lines = `Lines: ${this.submitted} submitted, ${this.replayed} submitted before, ${this.bad} bad`;
    const jobs = wait ? `; jobs: ${this.completed} completed, ${this.unsuccessful} ended without success` : '';
    return lines + jobs + (this.retried > 0 ? `; retried ${this.retried} submissions` : '');
  }
}

/** Gives what was wrong with the line or its job, if anything. @throws what would befall every other line, too */
async function submitLine(options: ProduceFile, line: Line, tally: Tally, signal: AbortSignal): Promise<string | undefined> {
  let id: string;
  try {
    id = await submit(options, line, tally, signal);
  } catch (error) {
    if (!isAboutTheLine(error)) throw error;
    tally.bad++;
    return describe(error);
  }
  if (!options.wait) return undefined;
  const job = await options.client.waitFor(id, { timeoutMs: Number.POSITIVE_INFINITY, signal });
  if (job.state === 'completed') {
    tally.completed++;
    return undefined;
  }
  tally.unsuccessful++;
  return `job ${id} is ${job.state}: ${job.error?.message ?? 'no reason given'}`;
}

async function submit({ client, file }: ProduceFile, line: Line, tally: Tally, signal: AbortSignal): Promise<string> {
  if ('problem' in line) throw new BadLine(line.problem);
  const { name, payload, options } = parseLine(line.text);
  const idempotencyKey = options.idempotencyKey ?? lineKey(basename(file), line.number, line.text);
  let retried = false;
  const onRetry = () => {
    if (!retried) tally.retried++;
    retried = true;
  };
  const job = await client.submit(name, payload, { ...options, idempotencyKey, signal, onRetry });
  if (job.replayed) tally.replayed++;
  else tally.submitted++;
  return job.id;
}

function isAboutTheLine(error: unknown): error is BadLine | SchedulerError {
  if (error instanceof BadLine) return true;
  return error instanceof SchedulerError && error.status >= 400 && ![401, 403].includes(error.status) && !error.isTransient;
}

function describe(error: BadLine | SchedulerError): string {
  if (error instanceof BadLine || error.errors.length === 0) return error.message;
  return error.errors.map(({ pointer, detail }) => (pointer ? `${pointer}: ${detail}` : detail)).join('; ');
}

function sizeOf(file: string): number {
  try {
    accessSync(file, constants.R_OK);
    const stats = statSync(file);
    if (!stats.isDirectory()) return stats.size;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StartError(`${file} cannot be read: ${missing ? 'there is no such file' : (error as Error).message}.`);
  }
  throw new StartError(`${file} is a folder: give a file with one JSON object a line.`);
}

async function closed(source: Readable): Promise<void> {
  source.destroy();
  if (!source.closed) await new Promise((resolve) => source.once('close', resolve));
}
