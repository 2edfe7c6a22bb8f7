import { describe, expect, it } from '@jest/globals';
import { labelSelector } from './resources.js';
import { toQuery } from './selector.js';

describe('toQuery', () => {
  it('says in one line what a selector says', () => {
    const selector = labelSelector.parse({
      matchLabels: { app: 'worker', 'example.com/pool': 'io' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'zone', operator: 'NotIn', values: ['c'] },
        { key: 'owner', operator: 'Exists' },
        { key: 'canary', operator: 'DoesNotExist' },
      ],
    });
    expect(toQuery(selector)).toBe('app=worker,example.com/pool=io,tier in (a,b),zone notin (c),owner,!canary');
  });
});
