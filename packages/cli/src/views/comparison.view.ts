import { type Comparison, judge, type Match, type Outcome } from '@dts/scaling/simulate';
import type { Canvas } from '../output/palette.js';
import { type Column, table } from '../output/table.js';
import { formatDuration } from '../values/duration.js';
import { formatCount } from '../values/number.js';

interface Row {
  readonly load: string;
  readonly who: string;
  readonly outcome: Outcome | null;
  /** Undefined where there is nobody to beat. */
  readonly goal?: Match['isWon'];
}

const WHO = { dts: 'this policy', hpa: 'HPA', keda: 'KEDA', max: 'always max' } as const;

/** Each load with our policy, its rivals at their best, and what nobody can prevent. */
export function comparisonTable(comparisons: readonly Comparison[], canvas: Canvas): string {
  return table(comparisons.flatMap(rowsOf), COLUMNS, canvas);
}

function rowsOf({ load, outcomes }: Comparison): Row[] {
  const single = (kind: 'dts' | 'max') => outcomes.filter((outcome) => outcome.kind === kind);
  const matches = (['hpa', 'keda'] as const).flatMap((kind) => judge(outcomes, kind).map((match) => ({ ...match, kind })));
  return [
    ...single('dts').map((outcome) => ({ load: load.name, who: WHO.dts, outcome })),
    ...matches.map(({ kind, choice, rival, isWon }) => ({
      load: load.name,
      who: `${WHO[kind]}, ${choice}${rival ? `: ${rival.setting}` : ': none'}`,
      outcome: rival,
      goal: isWon,
    })),
    ...single('max').map((outcome) => ({ load: load.name, who: WHO.max, outcome })),
  ];
}

const figure =
  (of: (outcome: Outcome) => string) =>
  ({ outcome }: Row) =>
    outcome ? of(outcome) : '';

const COLUMNS: readonly Column<Row>[] = [
  { title: 'LOAD', value: ({ load }) => load },
  { title: 'SCALER', value: ({ who }) => who, flexible: true },
  { title: 'LATE JOBS', value: figure(({ late }) => formatCount(late)), align: 'right' },
  { title: 'LATE JOB-S', value: figure(({ lateSeconds }) => formatCount(Math.round(lateSeconds))), align: 'right' },
  { title: 'P50', value: figure(({ p50Ms }) => formatDuration(p50Ms)), align: 'right' },
  { title: 'P99', value: figure(({ p99Ms }) => formatDuration(p99Ms)), align: 'right' },
  { title: 'WORKER-MIN', value: figure(({ workerMinutes }) => formatCount(Math.round(workerMinutes))), align: 'right' },
  { title: 'CHANGES', value: figure(({ changes }) => formatCount(changes)), align: 'right' },
  {
    title: 'GOAL',
    value: ({ goal }) => (goal === undefined ? '' : goal ? 'met' : 'missed'),
    style: ({ goal }) => (goal === undefined ? undefined : goal ? 'green' : 'yellow'),
  },
];
