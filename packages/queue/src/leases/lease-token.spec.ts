import { expect, it } from '@jest/globals';
import { jobIdFor } from '../job-id.js';
import { decodeLeaseToken, encodeLeaseToken, newSecret } from './lease-token.js';

it.each(['external', 'rate-limited'] as const)('says which job of %s it is for', (queue) => {
  const lease = { jobId: jobIdFor(queue, 'acme'), secret: newSecret() };
  expect(decodeLeaseToken(encodeLeaseToken(lease))).toEqual({ ...lease, queue });
});

it.each([
  '',
  'x',
  `external_${'0'.repeat(26)}`,
  `nowhere_${'0'.repeat(26)}.${'0'.repeat(26)}`,
  `external_${'0'.repeat(26)}.${'0'.repeat(26)}:lock`,
])('takes %p for no token', (text) => expect(decodeLeaseToken(text)).toBeUndefined());
