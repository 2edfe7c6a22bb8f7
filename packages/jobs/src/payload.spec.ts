import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineJob } from './define-job.js';
import { checkResult, parsePayload } from './payload.js';

const definition = defineJob({
  name: 'test.job',
  queue: 'io',
  description: 'For this test.',
  payload: z.strictObject({ url: z.url(), deep: z.object({ count: z.int() }).optional() }),
  result: z.unknown(),
  attempts: 1,
  backoff: { type: 'fixed', delay: 0 },
  timeout: 1_000,
  example: { url: 'http://x.test/' },
});

const circular: Record<string, unknown> = {};
circular.self = circular;
const throwing = {
  toJSON() {
    throw new Error('trap');
  },
};

describe('checkResult', () => {
  it.each([
    ['a circle', circular],
    ['a BigInt', { count: 1n }],
    ['a member that throws', { throwing }],
  ])('refuses for good what JSON cannot carry: %s', (_what, result) => {
    expect(() => checkResult(definition, result)).toThrow(expect.objectContaining({ name: 'FinalError', code: 'invalid-result' }));
  });

  it.each([[undefined], [null], [{ a: 1 }], ['x'.repeat(256 * 1024 - 2)]])('keeps what fits', (result) => {
    expect(checkResult(definition, result)).toEqual(result);
  });

  it('counts bytes, not characters', () => {
    expect(() => checkResult(definition, 'é'.repeat(200_000))).toThrow(expect.objectContaining({ code: 'result-too-large' }));
  });
});

describe('parsePayload', () => {
  it('names every place that does not fit', () => {
    expect(() => parsePayload(definition, { url: 1, deep: { count: 'x' } })).toThrow(/test\.job: \/url .+; \/deep\/count /);
  });
});
