import { describe, expect, it } from '@jest/globals';
import { decodeTold, encodeTold, type Told } from './told.js';

const told: Told = { state: 'waiting-children', attemptsMade: 2, startedAt: 1_800_000_000_000, failures: 50, lines: 12_345 };

describe('what was told', () => {
  it('can be written down and read again', () => {
    expect(encodeTold(told)).toBe('waiting-children.2.1800000000000.50.12345');
    expect(decodeTold(encodeTold(told))).toEqual(told);
  });

  it.each([
    '',
    'gone.1.2.3.4',
    'active.1.2.3',
    'active.1.2.3.4.5',
    'active.-1.2.3.4',
    'active.1.2.3.4\n',
    'active.1.2.3.9999999999',
    '__proto__.1.2.3.4',
    '1732500000000-3',
    'x'.repeat(10_000),
  ])('is not read from %p', (text) => {
    expect(decodeTold(text)).toBeUndefined();
  });
});
