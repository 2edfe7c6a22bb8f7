import { describe, expect, it } from '@jest/globals';
import { Random } from './random.js';

const draw = (random: Random, count = 1_000) => Array.from({ length: count }, () => random.next());

describe('Random', () => {
  it('repeats itself for the same seed and purpose, and for no other', () => {
    const numbers = draw(Random.for(42, 'power-cut'));
    expect(draw(Random.for(42, 'power-cut'))).toEqual(numbers);
    expect(draw(Random.for(43, 'power-cut'))).not.toEqual(numbers);
    expect(draw(Random.for(42, 'redis-kill'))).not.toEqual(numbers);
  });

  it('gives the numbers of mulberry32', () => {
    expect(draw(new Random(0), 3)).toEqual([0.26642920868471265, 0.0003297457005828619, 0.2232720274478197]);
  });

  it('draws evenly from the whole range, both ends included', () => {
    const random = new Random(7);
    const drawn = Array.from({ length: 10_000 }, () => random.between(3, 7));
    for (const value of [3, 4, 5, 6, 7]) expect(drawn.filter((each) => each === value).length).toBeGreaterThan(1_800);
    expect(drawn.filter((each) => each < 3 || each > 7)).toEqual([]);
  });
});
