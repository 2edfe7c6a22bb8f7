import { expect, it } from '@jest/globals';
import { GivenJobs } from './given-jobs.js';
import type { Lease } from './lease.js';

const lease = (token: string) => ({ token, job: { id: token, data: { payload: 'large', tenant: 'acme' } } }) as unknown as Lease;

it('gives each job once, without its payload', () => {
  const given = new GivenJobs();
  given.add(lease('a'));
  expect([given.take('a'), given.take('a'), given.take('b')]).toEqual([{ id: 'a', data: { tenant: 'acme' } }, undefined, undefined]);
});

it('forgets what was given out longest ago', () => {
  const given = new GivenJobs();
  for (let n = 0; n <= 10_000; n++) given.add(lease(String(n)));
  expect([given.take('0'), given.take('1')?.id]).toEqual([undefined, '1']);
});
