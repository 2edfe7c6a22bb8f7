import { describe, expect, it } from '@jest/globals';
import { parseJson } from './json-body.js';

const parse = (text: string) => parseJson(Buffer.from(text));
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

describe('parseJson', () => {
  it.each(['{}', '[]', 'null', '0', '"text"', '{"a":[1,{"b":"\\u00e4"}]}', '{"__proto":1}', '"\\\\__proto"'])('reads %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['', /^The body is not JSON: /],
    ['{', /^The body is not JSON: /],
    ['{"a":1,}', /^The body is not JSON: /],
    ['\ufeff{}', /^The body is not JSON: /],
    [']]]]', /^The body is not JSON: /],
  ])('refuses %p', (text, detail) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed-json', detail: expect.stringMatching(detail) }));
  });

  it.each([[[0xff]], [[0x22, 0xc3, 0x28, 0x22]], [[0x22, 0xed, 0xa0, 0x80, 0x22]], [[0x22, 0xc0, 0xaf, 0x22]]])(
    'refuses bytes that are not UTF-8: %j',
    (bytes) => {
      expect(() => parseJson(Buffer.from(bytes))).toThrow(expect.objectContaining({ code: 'invalid-utf8' }));
    },
  );

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('takes 64 levels of %s and no more', (open, close) => {
    const body = (depth: number) => nested(depth, open, close).replace(':}', ':0}');
    expect(parse(body(64))).toBeDefined();
    expect(() => parse(body(65))).toThrow(expect.objectContaining({ code: 'json-too-deep' }));
    expect(() => parse(open.repeat(10_000))).toThrow(expect.objectContaining({ code: 'json-too-deep' }));
  });

  it('does not take brackets in text for levels, whatever is escaped', () => {
    for (const text of ['['.repeat(200), `\\"${'{'.repeat(200)}`, `\\\\${'['.repeat(200)}`]) {
      const body = JSON.stringify([text, { [text]: text }]);
      expect(parse(body)).toEqual(JSON.parse(body));
    }
  });

  it.each(['{"__proto__":{"admin":true}}', '{"a":[{"__proto__":1}]}', '{"\\u005f_proto__":1}', '{"\\u005F\\u005Fproto\\u005f_":null}'])(
    'refuses the member __proto__, also in disguise: %s',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed-json', detail: expect.stringContaining('__proto__') }));
    },
  );

  it('lets __proto__ stand as text', () => {
    expect(parse('{"a":"__proto__","b":["\\u005f_proto__"]}')).toEqual({ a: '__proto__', b: ['__proto__'] });
  });
});
