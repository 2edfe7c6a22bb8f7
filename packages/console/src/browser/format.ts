/** Two digits that count, and no more than are known. */
export function toRate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  return `${perSecond < 10 ? perSecond.toPrecision(2).replace(/\.0$/, '') : Math.round(perSecond).toLocaleString('en')}/s`;
}

export function toCount(count: number): string {
  return count.toLocaleString('en');
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** @param ms null where there is nothing that takes time */
export function toDuration(ms: number | null): string {
  if (ms === null) return '–';
  const [unitMs, unit] = UNITS.find(([size]) => ms >= size) ?? [1, 'ms'];
  const value = ms / unitMs;
  return `${value < 10 && unitMs > 1 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${unit}`;
}

export function toMegabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}

/** By the clock of whoever looks. */
export function toTime(unixMs: number): string {
  return new Date(unixMs).toLocaleTimeString('en-GB');
}
