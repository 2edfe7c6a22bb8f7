import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { toPayloadIssues } from './errors.js';

const schema = z.strictObject({ url: z.string(), mail: z.strictObject({ to: z.array(z.string()) }) });

describe('toPayloadIssues', () => {
  it('tells an issue for each wrong place, unknown members one by one', () => {
    const { error } = schema.safeParse({ url: 1, mail: { to: ['a', 2], x: 1, y: 2 }, z: 3 });
    const issues = error ? toPayloadIssues(error) : [];
    expect(issues.map(({ path }) => path.join('/')).sort()).toEqual(['mail/to/1', 'mail/x', 'mail/y', 'url', 'z']);
    expect(issues.find(({ path }) => path.join('/') === 'mail/x')?.message).toBe('is not a member of this schema');
  });

  it('says that a member is missing', () => {
    const { error } = z.object({ url: z.string(), payload: z.unknown().nonoptional() }).safeParse({});
    expect(error && toPayloadIssues(error)).toEqual(['url', 'payload'].map((name) => ({ path: [name], message: 'is missing' })));
  });

  it('says what is wrong with the name of a member', () => {
    const { error } = z.record(z.string().regex(/^[a-z]+$/, 'must be a word'), z.int()).safeParse({ 'a b': 1 });
    expect(error && toPayloadIssues(error)).toEqual([{ path: ['a b'], message: 'must be a word' }]);
  });
});
