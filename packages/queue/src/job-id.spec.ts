import { QUEUE_NAMES } from '@dts/jobs';
import { describe, expect, it } from '@jest/globals';
import { digestOfJobId, idempotencyDigest, jobIdFor, queueOfJobId } from './job-id.js';

const FORM = /^(io|rate-limited|cpu|external)_[0-9a-hjkmnp-tv-z]{26}$/;

describe('jobIdFor', () => {
  it('is unique without a key', () => {
    const ids = Array.from({ length: 5_000 }, () => jobIdFor('io', 'acme'));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => FORM.test(id))).toBe(true);
  });

  it('is the same for the same tenant and key, and another for any other', () => {
    const words = ['a', 'b', 'ab', 'a b', 'b c', 'c', ' ', 'é', 'e\u0301', '0', '00', 'x'.repeat(255)];
    const pairs = words.flatMap((tenant) => words.map((key) => [tenant, key] as const));
    const ids = pairs.map(([tenant, key]) => jobIdFor('cpu', tenant, key));
    expect(ids).toEqual(pairs.map(([tenant, key]) => jobIdFor('cpu', tenant, key)));
    expect(new Set(ids).size).toBe(pairs.length);
  });

  it('does not mix up where the tenant ends and the key begins', () => {
    expect(jobIdFor('io', 'a', 'b c')).not.toBe(jobIdFor('io', 'a b', 'c'));
    expect(idempotencyDigest('a', 'bc')).not.toEqual(idempotencyDigest('ab', 'c'));
  });

  it('stays what it is: keys that were used before a release must lead to the same jobs after it', () => {
    expect(jobIdFor('io', 'acme', 'order-1')).toBe('io_nxfmy621x27bsbjg40mda7065g');
  });
});

describe('digestOfJobId', () => {
  it('gives back the bits that an id was made of', () => {
    for (let round = 0; round < 1_000; round++) {
      const digest = idempotencyDigest('acme', `key-${round}`);
      expect(digestOfJobId(jobIdFor('rate-limited', 'acme', `key-${round}`))).toEqual(digest);
    }
  });
});

describe('queueOfJobId', () => {
  it.each(QUEUE_NAMES)('finds the queue %s in the ids made for it', (queue) => {
    for (let round = 0; round < 100; round++) expect(queueOfJobId(jobIdFor(queue, 't', round % 2 ? `k${round}` : undefined))).toBe(queue);
  });

  it.each([
    '',
    'wait',
    'meta',
    'events',
    '7',
    'repeat',
    'repeat:nightly',
    'repeat:nightly:1795493073334',
    'io_',
    'nope_00000000000000000000000000',
    'io_0000000000000000000000000u',
    ' io_00000000000000000000000000',
  ])('takes %p for no id at all: it could name a key of the queue itself', (id) => expect(queueOfJobId(id)).toBeUndefined());
});
