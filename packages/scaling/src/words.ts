/** How numbers read in the sentences of a decision. */

/** Three significant digits: `0.0123`, `7.5`, `1,230`. */
export function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** `1 worker`, `4 workers`. */
export function count(value: number, noun: string): string {
  return `${amount(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function percent(share: number): string {
  return `${amount(share * 100)} %`;
}

/** `850ms`, `12.5s`, `5m`, `1.5h`: the largest unit that there is at least twice of, or once exactly. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (fits(ms, 3_600_000)) return `${tenths(ms / 3_600_000)}h`;
  if (fits(ms, 60_000)) return `${tenths(ms / 60_000)}m`;
  return `${tenths(ms / 1_000)}s`;
}

function fits(ms: number, unit: number): boolean {
  return ms === unit || ms >= 2 * unit;
}

function tenths(value: number): string {
  return String(Number(value.toFixed(1)));
}
