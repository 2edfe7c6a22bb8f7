import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OutboundPolicy, type OutboundRules } from './policy.js';

const policy = (rules: Partial<OutboundRules> = {}) => new OutboundPolicy({ allow: [], deny: [], allowLoopback: false, ...rules });

const hex = (high: number, low: number) => ((high << 8) | low).toString(16);

describe('OutboundPolicy', () => {
  it.each(['8.8.8.8', '10.0.0.1', '192.168.1.1', '2606:4700::1111', 'fd12::1', '64:ff9b::808:808'])('lets jobs call %s', (address) => {
    expect(policy().refusal('api.example.com', address)).toBeUndefined();
  });

  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '2001:0:a9fe:a9fe::1',
    '::a9fe:a9fe',
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
  ])('never lets jobs call %s, whatever is allowed', (address) => {
    const open = policy({ allow: ['0.0.0.0/0', '::/0', 'evil.example', address.split('%')[0] ?? ''], allowLoopback: true });
    expect(open.refusal('evil.example', address)).toMatch(/never called/);
  });

  it.each(['metadata.google.internal', 'Metadata.Google.Internal.', 'metadata', 'instance-data.ec2.internal'])(
    'never lets jobs call %s, wherever it is',
    (host) => {
      const open = policy({ allow: [host], allowLoopback: true });
      expect(open.refusal(host, '10.0.0.1')).toMatch(/cloud metadata/);
      expect(open.refusal(host, '127.0.0.1')).toMatch(/cloud metadata/);
      expect(open.refusalOfName(host)).toMatch(/cloud metadata/);
    },
  );

  it.each(['127.0.0.1', '127.8.9.10', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '64:ff9b::7f00:1'])(
    'lets jobs call %s when the environment says so, and only then',
    (address) => {
      expect(policy({ allow: ['127.0.0.0/8', '::/0', 'here.example'] }).refusal('here.example', address)).toMatch(
        /OUTBOUND_ALLOW_LOOPBACK/,
      );
      expect(policy({ allowLoopback: true }).refusal('here.example', address)).toBeUndefined();
    },
  );

  it('applies the lists to loopback only when they are reached, so that the one-machine stack needs no list', () => {
    expect(policy({ allowLoopback: true, deny: ['127.0.0.1'] }).refusal('localhost', '127.0.0.1')).toMatch(
      /OUTBOUND_DENY names 127\.0\.0\.1/,
    );
    expect(policy({ allowLoopback: true, allow: ['api.example.com'] }).refusal('localhost', '127.0.0.1')).toMatch(/OUTBOUND_ALLOW/);
  });

  it('lets pass what the allow list names, and nothing else', () => {
    const listed = policy({ allow: ['api.example.com', '*.internal', '203.0.113.0/24', '2001:db8::/32'] });
    const verdicts = [
      ['api.example.com', '8.8.8.8'],
      ['API.Example.com.', '8.8.8.8'],
      ['billing.internal', '10.0.0.1'],
      ['a.b.internal', '10.0.0.1'],
      ['other.example', '203.0.113.9'],
      ['other.example', '64:ff9b::cb00:7109'],
      ['other.example', '2001:db8::5'],
      ['internal', '10.0.0.1'],
      ['evilinternal', '10.0.0.1'],
      ['api.example.com.evil.example', '8.8.8.8'],
      ['other.example', '8.8.8.8'],
      ['8.8.8.8', '8.8.8.8'],
    ].map(([host = '', address = '']) => listed.refusal(host, address) === undefined);
    expect(verdicts).toEqual([...Array(7).fill(true), ...Array(5).fill(false)]);
  });

  it('lets the deny list win', () => {
    const both = policy({ allow: ['*.example.com'], deny: ['admin.example.com', '10.0.0.0/8', 'fd00::/8'] });
    expect(both.refusal('api.example.com', '8.8.8.8')).toBeUndefined();
    expect(both.refusal('admin.example.com', '8.8.8.8')).toMatch(/OUTBOUND_DENY names admin\.example\.com/);
    expect(both.refusal('api.example.com', '10.1.2.3')).toMatch(/OUTBOUND_DENY names 10\.0\.0\.0\/8/);
    expect(both.refusal('api.example.com', '::ffff:10.1.2.3')).toMatch(/OUTBOUND_DENY names 10\.0\.0\.0\/8/);
    expect(both.refusal('api.example.com', 'fd00::1')).toMatch(/OUTBOUND_DENY names fd00::\/8/);
  });

  it('judges an IPv4 address alike however IPv6 carries it', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        const judge = (address: string) =>
          policy({ deny: ['10.0.0.0/8', '172.16.0.0/12', '128.0.0.0/2'] }).refusal('host.example', address);
        const plain = judge(`${a}.${b}.${c}.${d}`);
        expect(judge(`::ffff:${hex(a, b)}:${hex(c, d)}`)).toBe(plain);
        expect(judge(`64:ff9b::${hex(a, b)}:${hex(c, d)}`)).toBe(plain);
      }),
      { numRuns: 50 },
    );
  });
});
