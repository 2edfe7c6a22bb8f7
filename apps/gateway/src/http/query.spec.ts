import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { pageQuery } from './pages.js';
import { Problem } from './problem.js';
import { parseQuery } from './query.js';

const schema = z.strictObject({
  ...pageQuery,
  name: z.string().max(3, 'is too long').optional(),
  since: z.iso.datetime({ offset: true, error: 'must be a time' }).optional(),
});

/** As Fastify reads them: without a prototype. */
const queryOf = (members: object) => Object.assign(Object.create(null), members);

function errorsOf(members: object) {
  try {
    parseQuery(schema, queryOf(members));
    return [];
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-request') throw error;
    return error.details.errors;
  }
}

describe('parseQuery', () => {
  it('reads what is given, and fills in the rest', () => {
    expect(parseQuery(schema, queryOf({}))).toEqual({ limit: 50 });
    expect(parseQuery(schema, queryOf({ limit: '100', cursor: 'x', name: 'a' }))).toEqual({ limit: 100, cursor: 'x', name: 'a' });
  });

  it.each(['0', '101', '1000', '-1', '1.5', '', ' 1', '1e1', '0x1', '٣', 'all'])('refuses the limit %p', (limit) => {
    expect(errorsOf({ limit })).toEqual([{ parameter: 'limit', detail: expect.stringContaining('1 to 100') }]);
  });

  it('says of a time with an offset how a URL has it', () => {
    expect(errorsOf({ since: '2026-11-25T08:00:00+01:00' })).toEqual([]);
    const detail = 'must be a time; in a URL, write + as %2B';
    expect(errorsOf({ since: '2026-11-25T08:00:00 01:00' })).toEqual([{ parameter: 'since', detail }]);
    expect(errorsOf({ since: 'yesterday at 08:00' })).toEqual([{ parameter: 'since', detail: 'must be a time' }]);
  });

  it('names each parameter that is unknown, repeated or wrong', () => {
    const query = queryOf({ limit: ['1', '2'], nmae: 'a', name: 'abcd' });
    Object.defineProperty(query, '__proto__', { value: 'x', enumerable: true });
    expect(errorsOf(query)).toEqual(
      expect.arrayContaining([
        { parameter: 'limit', detail: 'may be given once only' },
        { parameter: 'nmae', detail: 'is not a parameter of this request' },
        { parameter: '__proto__', detail: 'is not a parameter of this request' },
        { parameter: 'name', detail: 'is too long' },
      ]),
    );
  });
});
