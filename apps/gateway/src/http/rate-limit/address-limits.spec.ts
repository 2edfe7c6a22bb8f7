import { describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { AddressLimits, networkOf } from './address-limits.js';

/** Takes headers and does nothing with them. */
const reply = { header: () => reply } as unknown as FastifyReply;
const limits = () => new AddressLimits({ UNAUTHENTICATED_LIMIT: { perSecond: 1, burst: 2 } });

describe('AddressLimits', () => {
  it('gives each address its own tokens, and new ones as time goes by', () => {
    const addresses = limits();
    const come = (ip: string, now: number) => addresses.refuse({ ip }, reply, now);
    come('10.0.0.1', 0);
    come('10.0.0.1', 0);
    expect(() => come('10.0.0.1', 0)).toThrow('Too many requests');
    come('10.0.0.2', 0);
    come('10.0.0.1', 1_000);
    expect(() => come('10.0.0.1', 1_000)).toThrow('Too many requests');
  });

  it('remembers a bounded number of them, those that come most recently', () => {
    const addresses = limits();
    const addressOf = (number: number) => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    addresses.refuse({ ip: '192.0.2.1' }, reply, 0);
    for (let number = 0; number < 50_000; number++) {
      addresses.refuse({ ip: addressOf(number) }, reply, 0);
      if (number === 45_000) addresses.refuse({ ip: '192.0.2.1' }, reply, 0);
    }
    expect(addresses.remembered).toBe(10_000);
    expect(() => addresses.refuse({ ip: '192.0.2.1' }, reply, 0)).not.toThrow(); // forgotten before it came again, once
    expect(() => addresses.refuse({ ip: '192.0.2.1' }, reply, 0)).toThrow('Too many requests');
  });

  it('counts those who have broken off as one', () => {
    const addresses = limits();
    for (let number = 0; number < 2; number++) addresses.refuse({}, reply, 0);
    expect(() => addresses.refuse({}, reply, 0)).toThrow('Too many requests');
  });

  it('lets everything pass when it is off', () => {
    const off = new AddressLimits({ UNAUTHENTICATED_LIMIT: undefined });
    for (let number = 0; number < 1_000; number++) off.refuse({ ip: '10.0.0.1' }, reply, 0);
    expect(off.remembered).toBe(0);
  });
});

describe('networkOf', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['::1', '0:0:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['fe80::', 'fe80:0:0:0'],
  ])('%s is in %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
