import type uPlotLibrary from 'uplot';
import type { Decision, Moment, QueueNow } from '../feed.js';
import { find } from './dom.js';
import { toCount, toDuration, toRate, toTime } from './format.js';
import { colour, seriesColour } from './palette.js';

/** Loaded by the page before this. */
declare const uPlot: typeof uPlotLibrary;

type Data = uPlotLibrary.AlignedData;

interface Line {
  readonly label: string;
  /** By which it has its colour. */
  readonly index: number;
  readonly dashed?: boolean;
  readonly values: readonly (number | null)[];
}

interface Look {
  readonly show: (value: number) => string;
  readonly stepped?: boolean;
}

const HEIGHT = 170;

/** One chart, drawn anew where its lines are others or the browser turns from light to dark. */
class Chart {
  private plot?: uPlotLibrary;
  private drawn = '';
  private readonly place: HTMLElement;

  constructor(
    id: string,
    private readonly look: Look,
  ) {
    this.place = find(id);
    new ResizeObserver(() => this.plot?.setSize({ width: this.width, height: HEIGHT })).observe(this.place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.drawn = '';
    });
  }

  show(times: readonly number[], lines: readonly Line[]): void {
    const data = [times.map((at) => at / 1_000), ...lines.map(({ values }) => values)] as unknown as Data;
    const shape = lines.map(({ label }) => label).join('\n');
    if (this.plot && this.drawn === shape) this.plot.setData(data);
    else this.draw(lines, data, shape);
  }

  private draw(lines: readonly Line[], data: Data, shape: string): void {
    this.plot?.destroy();
    this.plot = new uPlot(this.options(lines), data, this.place);
    this.drawn = shape;
    // Its numbers stand in the tables, too.
    this.plot.root.querySelector('.u-wrap')?.setAttribute('aria-hidden', 'true');
  }

  private get width(): number {
    return Math.max(200, this.place.clientWidth);
  }

  private options(lines: readonly Line[]): uPlotLibrary.Options {
    const [text, grid] = [colour('quiet'), { stroke: colour('line'), width: 1 }];
    const axis = { stroke: text, grid, ticks: grid };
    const { show, stepped } = this.look;
    return {
      width: this.width,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_plot, _least, most) => [0, Math.max(most * 1.05, 1)] } },
      axes: [
        { ...axis, space: 80, values: (_plot, times) => times.map((at) => toTime(at * 1_000)) },
        { ...axis, size: 64, values: (_plot, ticks) => ticks.map(show) },
      ],
      series: [{ value: (_plot, at) => (at === null ? '' : toTime(at * 1_000)) }, ...lines.map((line) => toSeries(line, show, stepped))],
    };
  }
}

function toSeries({ label, index, dashed }: Line, show: Look['show'], stepped = false): uPlotLibrary.Series {
  return {
    label,
    stroke: colour(seriesColour(index)),
    width: 2,
    points: { show: false },
    value: (_plot, value) => (value === null || value === undefined ? '–' : show(value)),
    ...(dashed && { dash: [6, 4] }),
    ...(stepped && { paths: uPlot.paths.stepped?.({ align: 1 }) }),
  };
}

/** All charts of the page. */
export class Charts {
  private readonly throughput = new Chart('chart-throughput', { show: toRate });
  private readonly wait = new Chart('chart-wait', { show: toDuration });
  private readonly backlog = new Chart('chart-backlog', { show: toCount });
  private readonly oldest = new Chart('chart-oldest', { show: toDuration });
  private readonly scaling = new Chart('chart-scaling', { show: toCount, stepped: true });

  showQueues(moments: readonly Moment[]): void {
    const times = moments.map(({ at }) => at);
    const names = moments.at(-1)?.queues.map(({ name }) => name) ?? [];
    const line = (name: string, value: (queue: QueueNow) => number | null, suffix = '', dashed = false): Line => ({
      label: name + suffix,
      index: names.indexOf(name),
      dashed,
      values: moments.map(({ queues }) => {
        const queue = queues.find((one) => one.name === name);
        return queue ? value(queue) : null;
      }),
    });
    this.throughput.show(
      times,
      names.map((name) => line(name, (queue) => queue.completionsPerSecond)),
    );
    this.wait.show(times, [
      ...names.map((name) => line(name, ({ waitMs }) => waitMs?.p99 ?? null, ' p99')),
      ...names.map((name) => line(name, ({ waitMs }) => waitMs?.p50 ?? null, ' p50', true)),
    ]);
    this.backlog.show(
      times,
      names.map((name) => line(name, (queue) => queue.waiting)),
    );
    this.oldest.show(
      times,
      names.map((name) => line(name, (queue) => queue.oldestWaitingMs ?? 0)),
    );
  }

  /** @param queues by whose places those pools have their colours that are called the same */
  showDecisions(decisions: readonly Decision[], queues: readonly string[]): void {
    const pools = [...new Set([...queues, ...decisions.map(({ pool }) => pool)])];
    const times = [...new Set(decisions.map(({ at }) => at))].sort((a, b) => a - b);
    const wanted = (pool: string) => {
      const byTime = new Map(decisions.filter((decision) => decision.pool === pool).map(({ at, desired }) => [at, desired]));
      let last: number | null = null;
      return times.map((at) => {
        last = byTime.get(at) ?? last;
        return last;
      });
    };
    const lines = pools.map((pool, index) => ({ label: pool, index, values: wanted(pool) }));
    this.scaling.show(
      times,
      lines.filter(({ values }) => values.some((value) => value !== null)),
    );
  }
}
