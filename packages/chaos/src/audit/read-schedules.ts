import type { RedisClient } from '../redis/connect.js';

/** One schedule as Redis has it. */
export interface StoredSchedule {
  /** `<tenant>/<id>`. */
  readonly id: string;
  /** Whether a next run is to come: it is not paused and has not ended. */
  readonly isGoingOn: boolean;
  /** Whether it stands in the order by which runs are started. */
  readonly isDue: boolean;
}

/** Every schedule that is stored, by the index and by that order. */
export async function readSchedules(redis: RedisClient, prefix: string): Promise<StoredSchedule[]> {
  const ids = await redis.zrange(`${prefix}:schedules`, '0', '-1');
  const schedules = await Promise.all(ids.map((id) => readSchedule(redis, prefix, id)));
  return schedules.flatMap((schedule) => schedule ?? []);
}

async function readSchedule(redis: RedisClient, prefix: string, id: string): Promise<StoredSchedule | undefined> {
  const reading = redis.multi().hget(`${prefix}:schedule:${id}`, 'state').zscore(`${prefix}:schedules:due`, id);
  const [state, due] = (await reading.exec())?.map(([, reply]) => reply as string | null) ?? [];
  if (state == null) return undefined;
  const { paused, next } = JSON.parse(state) as { paused: boolean; next: number | null };
  return { id, isGoingOn: !paused && next !== null, isDue: due != null };
}
