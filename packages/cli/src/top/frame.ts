import type { Queue } from '@dts/client';
import { printable } from '../output/printable.js';
import { limit } from '../output/table.js';
import { formatDuration } from '../values/duration.js';
import { formatCount, formatRate } from '../values/number.js';
import { queueLines } from './queue-lines.js';
import type { TopCanvas, TopView } from './view.js';
import { workerLines } from './worker-lines.js';

const KEYS = 'q quit   space pause   up/down scroll workers';
/** The least that workers take: a blank line, the slots, the titles and two of them. */
const WORKER_ROWS = 5;

/** All lines of one picture, none wider and together no higher than the terminal. */
export function frame(view: TopView, canvas: TopCanvas): string[] {
  const isScreen = Number.isFinite(canvas.rows);
  const head = [title(view, canvas), totals(view.queues), ''];
  const foot = isScreen ? [canvas.paint('dim', KEYS)] : [];
  const room = canvas.rows - head.length - foot.length;
  const queues = queueLines(view, canvas, room - WORKER_ROWS);
  const workers = workerLines(view, canvas, room - queues.length);
  const body = [...head, ...queues, ...workers].slice(0, canvas.rows - foot.length);
  const gap = isScreen ? Array.from({ length: canvas.rows - body.length - foot.length }, () => '') : [];
  return [...body, ...gap, ...foot].map((line) => limit(line, canvas.columns));
}

function title({ url, at, intervalMs, isPaused, problem }: TopView, { paint, columns }: TopCanvas): string {
  const time = new Date(at).toISOString().slice(11, 19);
  const state = isPaused ? 'paused' : `every ${formatDuration(intervalMs)}`;
  const right = problem === undefined ? `${time} UTC  ${state}` : `${time} UTC  ${printable(problem)}`;
  const left = `dts top  ${printable(url)}`;
  const space = Number.isFinite(columns) ? Math.max(2, columns - left.length - right.length) : 2;
  return paint('bold', left) + ' '.repeat(space) + (problem === undefined ? paint('dim', right) : paint('red', right));
}

function totals(queues: readonly Queue[]): string {
  const sum = (of: (queue: Queue) => number) => queues.reduce((total, queue) => total + of(queue), 0);
  const counts = [
    `${formatCount(sum(({ counts }) => counts.waiting))} waiting`,
    `${formatCount(sum(({ counts }) => counts.active))} active`,
    `${formatCount(sum(({ counts }) => counts.dead))} dead`,
  ].join(', ');
  const rates = [
    `${formatRate(sum(({ arrivalsPerSecond }) => arrivalsPerSecond))} in/s`,
    `${formatRate(sum(({ completionsPerSecond }) => completionsPerSecond))} done/s`,
    `${formatRate(sum(({ failuresPerSecond }) => failuresPerSecond))} failed/s`,
  ].join(', ');
  return `${counts};  ${rates}`;
}
