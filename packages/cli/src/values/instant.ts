import { InvalidArgumentError } from 'commander';
import { formatDuration, parseDuration } from './duration.js';

/** RFC 3339; a date without a time or a zone says too little. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

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
  const unixMs = isInstant ? Date.parse(text) : otherwise();
  if (Number.isNaN(unixMs)) throw new InvalidArgumentError('There is no such time.');
  return new Date(unixMs).toISOString();
}
