import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';

/** What is known of the runs of one submission. */
export interface Execution {
  /** Unix milliseconds of each start. */
  readonly starts: number[];
  /** Runs that were answered to the end. */
  ends: number;
  /** Ids of the jobs that ran: more than one when a submission was stored twice. */
  readonly jobs: Set<string>;
}

/** Every run of every submission, in memory for the audit and in a file for whoever looks later. */
export class ExecutionLog {
  readonly byKey = new Map<string, Execution>();
  private readonly file: WriteStream;

  constructor(readonly path: string) {
    this.file = createWriteStream(path, { flags: 'a' });
  }

  started(key: string, jobId: string): void {
    const execution = this.byKey.get(key) ?? { starts: [], ends: 0, jobs: new Set() };
    this.byKey.set(key, execution);
    execution.starts.push(Date.now());
    execution.jobs.add(jobId);
    this.append('start', key, jobId);
  }

  ended(key: string, jobId: string): void {
    const execution = this.byKey.get(key);
    if (execution) execution.ends++;
    this.append('end', key, jobId);
  }

  async close(): Promise<void> {
    this.file.end();
    await once(this.file, 'close');
  }

  private append(what: 'start' | 'end', key: string, jobId: string): void {
    this.file.write(`${JSON.stringify({ at: Date.now(), what, key, jobId })}\n`);
  }
}
