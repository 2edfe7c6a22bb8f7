import { describe, expect, it } from '@jest/globals';
import { take } from './list.js';

function counting() {
  const asked = { count: 0 };
  async function* numbers() {
    for (let number = 0; number < 5; number++) {
      asked.count++;
      yield number;
    }
  }
  return { asked, numbers: numbers() };
}

describe('take', () => {
  it('gives the first ones and tells of more, having asked for one beyond', async () => {
    const { asked, numbers } = counting();
    expect(await take(numbers, 2)).toEqual({ items: [0, 1], more: true });
    expect(asked.count).toBe(3);
  });

  it.each([5, 6, Number.POSITIVE_INFINITY])('gives all of five when asked for %p', async (limit) => {
    expect(await take(counting().numbers, limit)).toEqual({ items: [0, 1, 2, 3, 4], more: false });
  });
});
