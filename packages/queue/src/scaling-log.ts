import { z } from 'zod';
import type { RedisClient } from './connection.js';
import { toUnreadable } from './redis-failure.js';

/** As much of a decision as people want to see. What else it was made from, the scaler's API tells. */
const scalingDecision = z.object({
  pool: z.string(),
  /** Unix milliseconds. */
  at: z.number(),
  mode: z.string(),
  /** Workers that there are, and that there should be; null where that is not known. */
  current: z.number().nullable(),
  desired: z.number().nullable(),
  /** In a sentence. */
  reason: z.string(),
});

export interface ScalingDecision extends z.output<typeof scalingDecision> {
  /** In the order in which they were made. */
  readonly id: string;
}

/** The stream in which the scaler that leads keeps its decisions as JSON, in the field `decision`. */
export function scalingLogKey(prefix: string): string {
  return `${prefix}:scaler:decisions`;
}

/** What the scaler has decided, for those who show it. */
export class ScalingLog {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /**
   * The last ones, in the order in which they were made. One that cannot be read, such as another version's, is left out.
   * @param after the id of a decision; only those after it @throws QueueError `unavailable`
   */
  async read(limit: number, after?: string): Promise<ScalingDecision[]> {
    const from = after === undefined ? '-' : `(${after}`;
    const entries = await this.redis.xrevrange(scalingLogKey(this.prefix), '+', from, 'COUNT', limit).catch((error) => {
      throw toUnreadable(error);
    });
    return entries.reverse().flatMap(([id, [, text = '']]) => {
      const parsed = scalingDecision.safeParse(parse(text));
      return parsed.success ? [{ id, ...parsed.data }] : [];
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
