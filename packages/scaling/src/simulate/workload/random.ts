import { randomLcg } from 'd3-random';

/** Numbers from [0, 1) that a seed repeats. */
export type Source = () => number;

/** A source of its own for each purpose, so that what one draws does not shift what another one draws. */
export function sourceFor(seed: number, purpose: string): Source {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of purpose) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0; // FNV-1a
  return randomLcg(hash || 1);
}
