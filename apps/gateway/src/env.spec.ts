import { loadEnv } from '@dts/runtime';
import { describe, expect, it } from '@jest/globals';
import { gatewayEnv } from './env.js';

const load = (env: Record<string, string>) => loadEnv(gatewayEnv, env);

describe('gatewayEnv', () => {
  it('promises what survives a power cut unless told otherwise', () => {
    expect(load({})).toMatchObject({ DURABILITY: 'synced', BACKLOG_LIMIT: 1_000_000 });
  });

  it('takes a number of replicas where they are waited for, and nowhere else', () => {
    expect(load({ DURABILITY: 'replicated', REPLICAS: '2' })).toMatchObject({ REPLICAS: 2 });
    expect(() => load({ REPLICAS: '2' })).toThrow('REPLICAS: is for DURABILITY=replicated');
    expect(() => load({ DURABILITY: 'replicated', REPLICAS: '0' })).toThrow('REPLICAS: ');
  });
});
