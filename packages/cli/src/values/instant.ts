import { InvalidArgumentError } from 'commander';
import { formatDuration, parseDuration } from './duration.js';

/** RFC 3339; a date without a time or a zone says too little. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/** What RFC 3339 can say: beyond, a year has more than four digits. */
const EARLIEST = Date.parse('0000-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** A time in the past: RFC 3339, or how long ago. @throws InvalidArgumentError */
export function parsePast(text: string, now = Date.now()): string {
  return parseInstant(text, () => now - parseDuration(text));
}

/** A time to come: RFC 3339, or how long from now. @throws InvalidArgumentError */
export function parseFuture(text: string, now = Date.now()): string {
  return parseInstant(text, () => now + parseDuration(text));
}

/** For people: `3m 20s ago`, `in 5m`, `now`. */
export function formatRelative(instant: string | null, now: number): string {
  if (instant === null) return '';
  const ms = Date.parse(instant) - now;
  if (Math.abs(ms) < 1_000) return 'now';
  return ms < 0 ? `${formatDuration(-ms)} ago` : `in ${formatDuration(ms)}`;
}

function parseInstant(text: string, otherwise: () => number): string {
  const isInstant = INSTANT.test(text);
  if (!isInstant && /^\d{4}-/.test(text)) throw new InvalidArgumentError('Say the time with its zone, such as 2026-11-25T08:00:00Z.');
  const unixMs = isInstant ? toUnixMs(text) : otherwise();
  if (unixMs >= EARLIEST && unixMs <= LATEST) return new Date(unixMs).toISOString();
  throw new InvalidArgumentError('There is no such time.');
}

/** NaN for what is no time; Date.parse would take February 30 for March 2. */
function toUnixMs(text: string): number {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const daysOfMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day <= daysOfMonth ? Date.parse(text) : Number.NaN;
}
