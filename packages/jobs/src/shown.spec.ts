import { describe, expect, it } from '@jest/globals';
import { toShown } from './shown.js';

describe('toShown', () => {
  it('leaves what is short and no secret as it is', () => {
    const job = { id: 'io_1', data: { payload: { url: 'https://a.test/?page=2', list: [1, null, true, 'x', { tokens: 5 }] } }, delay: 0 };
    expect(toShown(job)).toEqual(job);
  });

  it.each([
    'authorization',
    'Authorization',
    'Proxy-Authorization',
    'Cookie',
    'set-cookie',
    'X-Api-Key',
    'apiKey',
    'api_key',
    'password',
    'db_passwd',
    'clientSecret',
    'access_token',
    'aws-credentials',
    'webhook-signature',
  ])('hides what is called %s, whatever it is', (name) => {
    for (const value of ['Bearer x', { scheme: 'Basic', value: 'x' }, ['x']]) {
      expect(toShown({ payload: { headers: { [name]: value, accept: '*/*' } } })).toEqual({
        payload: { headers: { [name]: '[hidden]', accept: '*/*' } },
      });
    }
  });

  it.each([
    ['https://ada:pass@host.test/a', 'https://[hidden]@host.test/a'],
    ['see redis://:pass@host and more', 'see redis://[hidden]@host and more'],
    ['https://s3.test/a?X-Amz-Signature=abc&X-Amz-Date=1', 'https://s3.test/a?X-Amz-Signature=[hidden]&X-Amz-Date=1'],
    ['https://a.test/?access_token=abc#x', 'https://a.test/?access_token=[hidden]'],
    ['https://a.test/?sig=abc&key=d', 'https://a.test/?sig=[hidden]&key=[hidden]'],
    ['mail ada@example.com about monkey=1', 'mail ada@example.com about monkey=1'],
  ])('hides what a URL has of it: %s', (url, shown) => expect(toShown({ url })).toEqual({ url: shown }));

  it('cuts long texts, and says how much is missing', () => {
    expect(toShown('x'.repeat(2_001))).toBe(`${'x'.repeat(2_000)}… (1 more characters)`);
  });

  it('keeps what is large short, and says what is missing', () => {
    const sizeOf = (value: unknown) => JSON.stringify(toShown(value)).length;
    expect(sizeOf(Array(100_000).fill(7))).toBeLessThan(30_000);
    expect(sizeOf(Array(100).fill('x'.repeat(1_000)))).toBeLessThan(30_000);
    expect(sizeOf(Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`name-${index}`, index])))).toBeLessThan(60_000);
    expect((toShown(Array(10_000).fill(7)) as unknown[]).at(-1)).toMatch(/^… \(\d+ more\)$/);
  });

  it('is not made to fall by what is deep, nor to write where it should not', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 5_000; level++) deep = [deep];
    expect(JSON.stringify(toShown(deep))).toContain('… (deeper)');
    const shown = toShown(JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}')) as object;
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
    expect({} as { admin?: boolean }).not.toHaveProperty('admin');
  });

  it('takes no longer for texts that are made for it', () => {
    const texts = ['?'.repeat(2_000), '?secret'.repeat(300), `?${'signature'.repeat(220)}`, '://'.repeat(600), 'a://'.repeat(500)];
    const startedAt = performance.now();
    for (let round = 0; round < 10; round++) toShown(texts, 1_000_000);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
