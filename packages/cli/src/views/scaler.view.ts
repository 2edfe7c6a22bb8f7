import type { PoolQueue, ScalerDecision, ScalerPool, ScalerStatus } from '@dts/client';
import { details, section } from '../output/details.js';
import type { Canvas, Palette } from '../output/palette.js';
import { printable } from '../output/printable.js';
import { type Column, table } from '../output/table.js';
import { formatRelative } from '../values/instant.js';
import { formatCount, formatRate } from '../values/number.js';
import { durationOrNone } from './queue.view.js';

/** The pools in a table, then each with its last decision. */
export function statusView({ items, leader, policy }: ScalerStatus, canvas: Canvas, now: number): string {
  const { paint } = canvas;
  const head = details(
    [
      ['Leader', leader === null ? paint('yellow', 'none: nobody acts') : printable(leader)],
      ['Policy', `${printable(policy.source)}, loaded ${formatRelative(policy.loadedAt, now)}`],
      ...problemLines(policy.problem).map((line, at) => [at === 0 ? 'Problem' : ' ', paint('red', printable(line))] as const),
    ],
    paint,
  );
  const pools = items.length > 0 ? table(items, POOL_COLUMNS, canvas) : 'There are no pools.';
  return [head, '', pools, ...items.map((pool) => section(printable(pool.pool), poolDetails(pool, canvas, now), paint))].join('\n');
}

/** What is wrong with the policy file: a line for each wrong place. */
function problemLines(problem: string | null): string[] {
  return problem === null ? [] : problem.split('\n');
}

const POOL_COLUMNS: readonly Column<ScalerPool>[] = [
  { title: 'POOL', value: ({ pool }) => pool, flexible: true },
  { title: 'MODE', value: ({ mode }) => mode, style: ({ mode }) => (mode === 'enforce' ? undefined : 'yellow') },
  { title: 'WORKERS', value: ({ workers }) => countOrNone(workers), align: 'right' },
  { title: 'SET TO', value: ({ current }) => countOrNone(current), align: 'right' },
  { title: 'WANTED', value: ({ desired }) => countOrNone(desired), align: 'right' },
  { title: 'MIN-MAX', value: ({ min, max }) => `${formatCount(min)}-${formatCount(max)}`, align: 'right' },
  { title: 'WAITING', value: ({ queues }) => sumOf(queues, 'waiting'), align: 'right' },
  { title: 'ACTIVE', value: ({ queues }) => sumOf(queues, 'active'), align: 'right' },
  { title: 'OLDEST', value: ({ queues }) => oldestOf(queues), align: 'right' },
  { title: 'TARGET', value: targetOf },
];

function poolDetails(pool: ScalerPool, { paint }: Canvas, now: number): string {
  const { queues, draining, pin, problem, decision } = pool;
  const lines = details(
    [
      ...queues.map((queue) => ['Queue', queueLine(queue, paint)] as const),
      ['Draining', draining.map(printable).join(', ')],
      ['Pin', pin ? paint('yellow', `${pin.replicas}, set by ${printable(pin.by)}, ends ${formatRelative(pin.until, now)}`) : undefined],
      ['Problem', problem ? paint('red', printable(problem)) : undefined],
      ['Decision', decisionLine(pool, now)],
    ],
    paint,
  );
  return decision && decision.steps.length > 0 ? `${lines}\n${stepLines(decision)}` : lines;
}

function decisionLine({ mode, decision }: ScalerPool, now: number): string {
  if (decision) return `${changeOf(decision)}, ${formatRelative(decision.at, now)}: ${printable(decision.reason)}`;
  return mode === 'off' ? 'none: the mode is off' : 'none yet';
}

function queueLine(queue: PoolQueue, paint: Palette): string {
  const { waiting = 0, active = 0, delayedDue = 0, oldestWaitingMs, paused, rates } = queue;
  const name = printable(queue.queue);
  if (queue.signal === 'unknown') return `${name}: ${paint('red', `not known: ${printable(queue.reason ?? '')}`)}`;
  const parts = [
    `${formatCount(waiting)} waiting`,
    ...(delayedDue > 0 ? [`${formatCount(delayedDue)} due`] : []),
    `${formatCount(active)} active`,
    ...(oldestWaitingMs ? [`oldest ${durationOrNone(oldestWaitingMs)}`] : []),
    ...(rates ? [`${formatRate(rates.arrivals)} in/s`, `${formatRate(rates.completions)} done/s`] : []),
    ...(paused ? [paint('yellow', 'paused')] : []),
  ];
  return `${name}: ${parts.join(', ')}`;
}

/** Each stage with the number of workers after it. */
function stepLines({ steps }: ScalerDecision): string {
  const nameWidth = Math.max(...steps.map(({ name }) => name.length));
  const valueWidth = Math.max(...steps.map(({ value }) => formatCount(value).length));
  return steps
    .map(({ name, value, because }) => {
      const [start, end] = [printable(name).padEnd(nameWidth), printable(because)];
      return `  ${start}  ${formatCount(value).padStart(valueWidth)}  ${end}`;
    })
    .join('\n');
}

export function decisionColumns(now: number): readonly Column<ScalerDecision>[] {
  return [
    { title: 'WHEN', value: ({ at }) => formatRelative(at, now) },
    { title: 'POOL', value: ({ pool }) => pool, flexible: true },
    { title: 'MODE', value: ({ mode }) => mode },
    { title: 'LOAD ASKS', value: ({ raw }) => countOrNone(raw), align: 'right' },
    { title: 'WORKERS', value: changeOf, style: (decision) => (isChange(decision) ? 'bold' : undefined) },
    { title: 'WHY', value: ({ reason }) => reason },
  ];
}

export function isChange({ current, desired }: ScalerDecision): boolean {
  return current !== desired;
}

function changeOf(decision: ScalerDecision): string {
  const { current, desired } = decision;
  return isChange(decision) ? `${countOrNone(current)} → ${countOrNone(desired)}` : countOrNone(desired);
}

function targetOf({ target: { kind, namespace, deployment } }: ScalerPool): string {
  return deployment === undefined ? kind : `${kind} ${namespace}/${deployment}`;
}

/** What is not known of any queue is not known of all. */
function sumOf(queues: readonly PoolQueue[], what: 'waiting' | 'active'): string {
  return queues.some(({ signal }) => signal === 'unknown') ? '?' : formatCount(queues.reduce((sum, queue) => sum + (queue[what] ?? 0), 0));
}

function oldestOf(queues: readonly PoolQueue[]): string {
  const ages = queues.flatMap(({ oldestWaitingMs }) => oldestWaitingMs ?? []);
  return ages.length > 0 ? durationOrNone(Math.max(...ages)) : '-';
}

function countOrNone(value: number | null): string {
  return value === null ? '?' : formatCount(value);
}
