import { describe, expect, it } from '@jest/globals';
import { lineKey, parseLine } from './parse-line.js';

const LINE = { name: 'http.request', payload: { url: 'https://billing.internal/hook' } };

describe('parseLine', () => {
  it('takes a submission apart, and leaves the payload as it was written', () => {
    const text = JSON.stringify({ ...LINE, idempotencyKey: 'order-7', delay: 5, tags: ['x'] });
    expect(parseLine(text)).toEqual({ ...LINE, options: { idempotencyKey: 'order-7', delay: 5, tags: ['x'] } });
  });

  it.each([
    ['{"name":', 'not JSON: '],
    ['[]', 'expected object'],
    ['null', 'expected object'],
    ['{"payload":{}}', '/name: Invalid input: expected string'],
    ['{"name":"http.requst","payload":{}}', 'there is no job type "http.requst"; there are http.request, email.send, image.thumbnail'],
    ['{"name":"http.request"}', '/payload: Invalid input: expected object'],
    [
      '{"name":"http.request","payload":{"url":"ftp://x/","timeout":0}}',
      '/payload/url: must be an http:// or https:// URL; /payload/timeout: Too small',
    ],
    ['{"name":"http.request","payload":{"url":"http://x/"},"prio":1}', 'Unrecognized key: "prio"'],
    ['{"name":"http.request","payload":{"url":"http://x/"},"signal":{}}', 'Unrecognized key: "signal"'],
    [
      '{"name":"http.request","payload":{"url":"http://x/"},"idempotencyKey":"zwölf"}',
      '/idempotencyKey: must be 1 to 255 visible ASCII characters',
    ],
  ])('refuses %s', (text, reason) => {
    expect(() => parseLine(text)).toThrow(expect.objectContaining({ name: 'BadLine', message: expect.stringContaining(reason) }));
  });

  it('refuses a payload that no gateway takes', () => {
    const text = JSON.stringify({ name: 'http.request', payload: { url: 'http://x/', text: 'x'.repeat(256 * 1_024) } });
    expect(() => parseLine(text)).toThrow('the payload has more than 262144 bytes: store the data and submit its URL');
  });

  it('refuses what is nested too deeply, and lives', () => {
    const json = '['.repeat(50_000) + ']'.repeat(50_000);
    expect(() => parseLine(`{"name":"http.request","payload":{"url":"http://x/","json":${json}}}`)).toThrow('it is nested too deeply');
  });
});

describe('lineKey', () => {
  it('is the same for the same line of the same file, and no other', () => {
    const key = lineKey('jobs.ndjson', 7, '{}');
    expect(lineKey('jobs.ndjson', 7, '{}')).toBe(key);
    expect(key).toMatch(/^file-[\w-]{32}$/);
    const others = [lineKey('jobs.ndjson', 8, '{}'), lineKey('jobs.ndjson', 7, '[]'), lineKey('other.ndjson', 7, '{}')];
    expect(new Set([key, ...others]).size).toBe(4);
  });
});
