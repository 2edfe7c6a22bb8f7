const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** A window, such as [5m], and how long an alert has to hold. Nothing else of a rule is a time. */
const DURATIONS = /(?<=\[)\d+[smhd](?=\])|(?<=^\s*for: )\d+[smhd]$/gm;

/**
 * The same rules in less time: every window and every `for` is divided, a second at least. What they look at, thresholds and labels
 * stay, to the letter: so what fires in a test in seconds is the very rule that in production takes minutes.
 */
export function hurry(text: string, times: number): string {
  return text.replace(DURATIONS, (duration) => `${Math.max(1, Math.ceil(toSeconds(duration) / times))}s`);
}

/** A rule file without its times: equal for a file and its hurried copy. */
export function withoutTimes(text: string): string {
  return text.replace(DURATIONS, '…');
}

function toSeconds(duration: string): number {
  return Number.parseInt(duration, 10) * SECONDS[duration.slice(-1) as keyof typeof SECONDS];
}
