import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { poolOf } from './scaled-object.js';

const scaledObject = (scalerMetadata: Record<string, string>) => ({ name: 'worker', namespace: 'dts', scalerMetadata });
const POOLS = ['io', 'cpu'];

describe('poolOf', () => {
  it('takes the pool, whatever else is in the metadata', () => {
    expect(poolOf(scaledObject({ scalerAddress: 'scaler:3003', pool: 'cpu', enableTLS: 'true' }), POOLS)).toBe('cpu');
  });

  it.each([
    ['no ScaledObject', null, 'the call names no ScaledObject'],
    ['no pool', scaledObject({ pools: 'io' }), 'metadata lacks "pool": write pool: and one of "io", "cpu"'],
    ['an empty pool', scaledObject({ pool: '' }), 'metadata lacks "pool"'],
    ['a pool that is not there', scaledObject({ pool: 'Io' }), 'pool: "Io", which is not in the policy: write one of "io", "cpu"'],
    ['a name of every object', scaledObject({ pool: 'constructor' }), 'pool: "constructor", which is not in the policy'],
  ])('refuses %s', (_what, ref, message) => {
    expect(() => poolOf(ref, POOLS)).toThrow(message);
  });

  it('quotes little of what is long', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `pool-${index}`);
    expect(() => poolOf(scaledObject({ pool: 'x'.repeat(10_000) }), many)).toThrow(/^.{1,600}$/);
  });

  it('takes nobody for wrong before it knows the pools', () => {
    expect(() => poolOf(scaledObject({ pool: 'io' }), [])).toThrow(expect.objectContaining({ code: status.UNAVAILABLE }));
  });
});
