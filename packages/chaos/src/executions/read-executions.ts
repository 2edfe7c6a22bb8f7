import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Execution } from './execution-log.js';

/** Reads what an `ExecutionLog` wrote: runs by submission key. A torn last line is left out. */
export async function readExecutions(path: string): Promise<Map<string, Execution>> {
  const byKey = new Map<string, Execution>();
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const run = parse(line);
    if (!run) continue;
    const execution = byKey.get(run.key) ?? { starts: [], ends: 0, jobs: new Set() };
    byKey.set(run.key, execution);
    execution.jobs.add(run.jobId);
    if (run.what === 'start') execution.starts.push(run.at);
    else execution.ends++;
  }
  return byKey;
}

function parse(line: string): { at: number; what: 'start' | 'end'; key: string; jobId: string } | undefined {
  try {
    return JSON.parse(line) as ReturnType<typeof parse>;
  } catch {
    return undefined;
  }
}
