import { describe, expect, it } from '@jest/globals';
import { Told } from './told.js';

describe('Told', () => {
  it('tells the first at once, and then so often, with how many there were', () => {
    const [told, lines] = [new Told(1_000), [] as string[]];
    for (const now of [0, 1, 999, 1_000, 1_001, 5_000]) told.tell(now, (before) => lines.push(`${now}${before}`));
    expect(lines).toEqual(['0', '1000 (and 2 more since it was last told)', '5000 (and 1 more since it was last told)']);
  });
});
