import type { RedisClient } from './connection.js';

/** A place in the order of score, then member. */
export interface Place {
  readonly score: number;
  readonly member: string;
}

export interface PlaceRange {
  /** What comes first: the lowest score, or the highest. */
  readonly first: 'lowest' | 'highest';
  /** Inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly before?: number;
  /** Where the last reading ended. Its member need not be there any more. */
  readonly after?: Place;
}

/**
 * Reads members of a sorted set in order, from a place on that stays a place when members come and go. Members that share
 * the score of that place are read once more and left out: there are as many as ended in one millisecond.
 */
export async function readPlaces(redis: RedisClient, key: string, range: PlaceRange, count: number): Promise<Place[]> {
  for (let window = count; ; window *= 2) {
    const found = await readWindow(redis, key, range, window);
    const rest = found.filter((place) => range.after === undefined || comparePlaces(range.first)(range.after, place) < 0);
    if (rest.length >= count || found.length < window) return rest.slice(0, count);
  }
}

/** As Redis orders them. */
export function comparePlaces(first: PlaceRange['first']): (a: Place, b: Place) => number {
  const sign = first === 'lowest' ? 1 : -1;
  return (a, b) => sign * (a.score - b.score || (a.member < b.member ? -1 : Number(a.member > b.member)));
}

async function readWindow(redis: RedisClient, key: string, range: PlaceRange, window: number): Promise<Place[]> {
  const { first, after } = range;
  const low = first === 'lowest' ? (after?.score ?? range.from) : range.from;
  const high = first === 'highest' && after ? after.score : `(${range.before ?? '+inf'}`;
  const min = low ?? '-inf';
  const flat =
    first === 'lowest'
      ? await redis.zrangebyscore(key, min, high, 'WITHSCORES', 'LIMIT', 0, window)
      : await redis.zrevrangebyscore(key, high, min, 'WITHSCORES', 'LIMIT', 0, window);
  return flat.flatMap((member, index) => (index % 2 === 0 ? [{ member, score: Number(flat[index + 1]) }] : []));
}
