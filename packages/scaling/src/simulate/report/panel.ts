/** One quantity over time, of several contenders. */
export interface Series {
  /** A class of the style sheet. */
  readonly colour: 'load' | 'first' | 'second' | 'third';
  /** By `times`. */
  readonly values: readonly number[];
  readonly times: readonly number[];
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  /** A level that is drawn across, with its name. */
  readonly level?: { readonly value: number; readonly name: string };
}

/** Where a panel stands in the picture, in pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Seconds from the left to the right. */
  readonly seconds: number;
}

export function drawPanel({ title, unit, series, level }: Panel, frame: Frame): string {
  const { left, right, top, bottom, seconds } = frame;
  const ticks = ticksTo(Math.max(level?.value ?? 0, ...series.flatMap(({ values }) => values)));
  const highest = ticks.at(-1) ?? 1;
  const x = (second: number) => left + (second / seconds) * (right - left);
  const y = (value: number) => bottom - (value / highest) * (bottom - top);
  return [
    `<text x="${left}" y="${top - 8}" class="title">${title}</text>`,
    ...ticks.map((value) => drawTick(value, unit, y(value), frame)),
    ...series.map((one) => drawSeries(one, x, y, bottom)),
    level ? drawLevel(level.name, y(level.value), frame) : '',
  ].join('\n');
}

/** Round numbers from 0 to the first one that is not below `highest`: three to six of them. */
export function ticksTo(highest: number): number[] {
  if (highest <= 0) return ticksTo(1);
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

function drawTick(value: number, unit: string, y: number, { left, right }: Frame): string {
  const label = `${value.toLocaleString('en-US')}${value === 0 ? '' : unit}`;
  return `<path class="${value === 0 ? 'axis' : 'grid'}" d="M${left} ${y.toFixed(1)}H${right}"/><text x="${left - 6}" y="${(y + 3).toFixed(1)}" class="tick end">${label}</text>`;
}

function drawSeries(
  { colour, values, times }: Series,
  x: (second: number) => number,
  y: (value: number) => number,
  bottom: number,
): string {
  const points = values.map((value, index) => `${x(times[index] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`);
  if (points.length === 0) return '';
  const line = `M${points.join('L')}`;
  const isArea = colour === 'load';
  return `<path class="${colour}" d="${line}${isArea ? `L${x(times.at(-1) ?? 0).toFixed(1)} ${bottom}H${x(times[0] ?? 0).toFixed(1)}Z` : ''}"/>`;
}

function drawLevel(name: string, y: number, { left, right }: Frame): string {
  return `<path class="level" d="M${left} ${y.toFixed(1)}H${right}"/><text x="${right}" y="${(y - 4).toFixed(1)}" class="tick end">${name}</text>`;
}
