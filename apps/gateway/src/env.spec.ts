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

  it('limits only those without a key unless told otherwise', () => {
    expect(load({})).toMatchObject({ RATE_LIMIT: undefined, UNAUTHENTICATED_LIMIT: { perSecond: 20, burst: 200 } });
    expect(load({ UNAUTHENTICATED_LIMIT: 'off' }).UNAUTHENTICATED_LIMIT).toBeUndefined();
  });

  it.each([
    ['200/s', { perSecond: 200, burst: 200 }],
    ['200/s:400', { perSecond: 200, burst: 400 }],
    ['0.5/s', { perSecond: 0.5, burst: 1 }],
  ])('reads the rate %s', (text, rate) => {
    expect(load({ RATE_LIMIT: text }).RATE_LIMIT).toEqual(rate);
  });

  it.each(['on', '200', '200/m', '0/s', '-1/s', '1/s:0', '1e3/s', '1/s:', '9999999/s'])('refuses the rate %p', (text) => {
    expect(() => load({ RATE_LIMIT: text })).toThrow('RATE_LIMIT: must be "off", or requests a second');
  });

  it.each(['*', 'app.example.com', 'https://app.example.com/', 'https://*.example.com', 'https://APP.example.com', 'null', 'file:///'])(
    'takes %j for no origin',
    (origin) => {
      expect(load({ CORS_ORIGINS: 'https://app.example.com, http://127.0.0.1:5173' })).toMatchObject({
        CORS_ORIGINS: ['https://app.example.com', 'http://127.0.0.1:5173'],
      });
      expect(() => load({ CORS_ORIGINS: `https://app.example.com,${origin}` })).toThrow('CORS_ORIGINS: lists origins');
    },
  );
});
