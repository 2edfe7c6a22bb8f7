import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Opened, open } from './fixtures/open.js';
import { ScalingLog, scalingLogKey } from './scaling-log.js';

const decision = (at: number) => ({ pool: 'io', at, mode: 'enforce', current: 1, desired: 2, reason: 'more came', steps: [] });

describe('ScalingLog', () => {
  let opened: Opened;
  let log: ScalingLog;

  beforeEach(async () => {
    opened = await open();
    log = new ScalingLog(opened.redis, opened.prefix);
  });
  afterEach(() => opened[Symbol.dispose]());

  const add = (text: string) => opened.redis.xadd(scalingLogKey(opened.prefix), '*', 'decision', text);

  it('has the last ones, and those after one that is known', async () => {
    expect(await log.read(10)).toEqual([]);
    for (const at of [1, 2, 3, 4]) await add(JSON.stringify(decision(at)));
    const last = await log.read(3);
    expect(last.map(({ at }) => at)).toEqual([2, 3, 4]);
    expect(last[0]).toEqual({ id: expect.any(String), pool: 'io', at: 2, mode: 'enforce', current: 1, desired: 2, reason: 'more came' });
    expect((await log.read(10, last[1]?.id)).map(({ at }) => at)).toEqual([4]);
    expect(await log.read(10, last[2]?.id)).toEqual([]);
  });

  it('leaves out what it cannot read', async () => {
    for (const text of ['', '{', '{"pool":"io"}', JSON.stringify(decision(5))]) await add(text);
    expect((await log.read(10)).map(({ at }) => at)).toEqual([5]);
  });

  it('says so when Redis does not answer', async () => {
    opened.redis.disconnect();
    await expect(log.read(1)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
