import type { Load } from './load.js';

/** Longest record that is replayed: a month. */
const LONGEST_SECONDS = 31 * 86_400;
const MOST_JOBS = 20_000_000;

/** Every wrong line of a record at once. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

interface Row {
  readonly line: number;
  /** Seconds. */
  readonly at: number;
  readonly jobs: number;
}

/**
 * A load that was recorded: lines of `time,jobs`, a first line of titles is left out. The time is in seconds or RFC 3339; the jobs
 * are those that came from then until the time of the next line. The last line ends the record, its jobs come within a second.
 * @throws RecordError
 */
export function parseRecordedLoad(name: string, text: string): Load {
  const rows = readRows(text);
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) throw new RecordError('The record has no lines: it needs time,jobs in each.');
  const seconds = Math.ceil(last.at - first.at) + 1;
  const jobs = rows.reduce((sum, row) => sum + row.jobs, 0);
  if (seconds > LONGEST_SECONDS) throw new RecordError(`The record is ${Math.round(seconds / 86_400)} days long: replay 31 at most.`);
  if (jobs > MOST_JOBS) throw new RecordError(`The record has ${jobs} jobs: replay ${MOST_JOBS} at most.`);
  const counts = spread(rows, seconds);
  return { name, description: `Recorded: ${jobs} jobs in ${seconds} seconds.`, seconds, countAt: (second) => counts[second] ?? 0 };
}

function readRows(text: string): Row[] {
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#') || (index === 0 && !/\d/.test(content))) continue;
    const row = toRow(index + 1, content);
    const problem = problemOf(row, content, rows.at(-1));
    if (problem) problems.push(`line ${index + 1}: ${problem}`);
    else rows.push(row);
  }
  if (problems.length === 0) return rows;
  const shown = [...problems.slice(0, 10), ...(problems.length > 10 ? [`and ${problems.length - 10} more`] : [])];
  throw new RecordError(`The record can't be replayed:\n${shown.map((problem) => `  ${problem}`).join('\n')}`);
}

function toRow(line: number, content: string): Row {
  const [time = '', jobs = '', ...more] = content.split(/[,;\t]/).map((cell) => cell.trim());
  const at = /^-?\d+(\.\d+)?$/.test(time) ? Number(time) : Date.parse(time) / 1_000;
  return { line, at, jobs: more.length === 0 && /^\d+$/.test(jobs) ? Number(jobs) : Number.NaN };
}

function problemOf({ at, jobs }: Row, content: string, before: Row | undefined): string | undefined {
  if (Number.isNaN(at)) return `"${content}" has no time first: seconds, or RFC 3339.`;
  if (Number.isNaN(jobs)) return `"${content}" has no whole number of jobs after the time.`;
  return before && at <= before.at ? `its time is not after that of line ${before.line}.` : undefined;
}

/** By second. The jobs of a row come evenly until the next one: as many as the share of its time that has gone, rounded. */
function spread(rows: readonly Row[], seconds: number): Uint32Array {
  const counts = new Uint32Array(seconds);
  const start = rows[0]?.at ?? 0;
  for (const [index, { at, jobs }] of rows.entries()) {
    const from = Math.floor(at - start);
    const until = Math.max(from + 1, Math.floor((rows[index + 1]?.at ?? at + 1) - start));
    const gone = (second: number) => Math.round((jobs * (second - from)) / (until - from));
    for (let second = from; second < until; second++) counts[second] = (counts[second] ?? 0) + gone(second + 1) - gone(second);
  }
  return counts;
}
