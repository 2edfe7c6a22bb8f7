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
});
