const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The last values as bars from 0 to the largest of them, filled up with spaces on the left. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const max = Math.max(...shown, 0);
  const bars = shown.map((value) => BARS[max === 0 ? 0 : Math.min(BARS.length - 1, Math.ceil((value / max) * BARS.length) - 1)] ?? BARS[0]);
  return bars.join('').padStart(width);
}

/** How much of a whole is taken. */
export function meter(value: number, total: number, width: number): string {
  const filled = total > 0 ? Math.round((Math.min(value, total) / total) * width) : 0;
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
