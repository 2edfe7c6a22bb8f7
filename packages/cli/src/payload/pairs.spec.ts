import { describe, expect, it } from '@jest/globals';
import type { JsonSchema } from './json-schema.js';
import { applyPairs } from './pairs.js';

const SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    url: { type: 'string' },
    width: { type: 'integer' },
    ratio: { type: 'number' },
    follow: { type: 'boolean' },
    to: { type: 'array', items: { type: 'string' } },
    statuses: { type: 'array', items: { type: 'integer' } },
    sender: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    one: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    json: { $ref: '#/$defs/json' },
    'dotted.name': { type: 'integer' },
    any: {},
  },
  $defs: {
    json: {
      anyOf: [
        { type: 'string' },
        { type: 'number' },
        { type: 'boolean' },
        { type: 'null' },
        { type: 'array', items: { $ref: '#/$defs/json' } },
        { type: 'object', additionalProperties: { $ref: '#/$defs/json' } },
      ],
    },
  },
};

const apply = (...pairs: string[]) => applyPairs({}, pairs, SCHEMA);

describe('applyPairs', () => {
  it.each([
    ['url=42', { url: '42' }],
    ['url=a=b', { url: 'a=b' }],
    ['url=', { url: '' }],
    ['width=200', { width: 200 }],
    ['ratio=1.5e1', { ratio: 15 }],
    ['follow=true', { follow: true }],
    ['to=ada@example.com', { to: ['ada@example.com'] }],
    ['statuses=204', { statuses: [204] }],
    ['statuses=[200,204]', { statuses: [200, 204] }],
    ['sender=null', { sender: null }],
    ['one=a', { one: 'a' }],
    ['headers={"a":"b"}', { headers: { a: 'b' } }],
    ['headers.accept=5', { headers: { accept: '5' } }],
    ['json=5', { json: 5 }],
    ['json=five', { json: 'five' }],
    ['json.zip=01234', { json: { zip: '01234' } }],
    ['json.price=99.50', { json: { price: 99.5 } }],
    ['json.card=4111111111111111', { json: { card: 4_111_111_111_111_111 } }],
    ['json.id=12345678901234567890', { json: { id: '12345678901234567890' } }],
    ['json.far=1e999', { json: { far: '1e999' } }],
    ['any=12345678901234567890', { any: '12345678901234567890' }],
    ['any={"a":1}', { any: { a: 1 } }],
    ['json.invoice.id=7', { json: { invoice: { id: 7 } } }],
    ['json.list=[1,"a"]', { json: { list: [1, 'a'] } }],
    ['dotted.name=1', { 'dotted.name': 1 }],
  ])('reads %s as the schema says', (pair, payload) => expect(apply(pair)).toEqual(payload));

  it('adds to an array that comes again, and to an object', () => {
    expect(apply('to=a', 'to=b', 'one=a', 'one=b', 'headers.a=1', 'headers.b=2')).toEqual({
      to: ['a', 'b'],
      one: ['a', 'b'],
      headers: { a: '1', b: '2' },
    });
  });

  it('wins over the payload that it goes into, which stays as it was', () => {
    const payload = { url: 'a', width: 1, headers: { a: '1' } };
    expect(applyPairs(payload, ['width=2', 'headers.b=2'], SCHEMA)).toEqual({ url: 'a', width: 2, headers: { a: '1', b: '2' } });
    expect(payload).toEqual({ url: 'a', width: 1, headers: { a: '1' } });
  });

  it.each([
    ['width=wide', 'width: "wide" is not a whole number.'],
    ['width=1.5', 'width: "1.5" is not a whole number.'],
    ['ratio=', 'ratio: "" is not a number.'],
    ['follow=yes', 'follow: "yes" is not true or false.'],
    ['statuses=many', 'statuses: "many" is not a whole number.'],
    ['headers=x', 'headers: "x" is not an object in JSON.'],
    ['uri=x', 'There is no field uri; there are url, width,'],
    ['url', '"url" is not key=value.'],
    ['=x', '"=x" is not key=value.'],
    ['url.inner=x', 'url.inner'],
  ])('refuses %s, and says why', (pair, reason) => {
    const refuse = () => applyPairs({ url: 'text' }, [pair], SCHEMA);
    expect(refuse).toThrow(reason);
  });

  it('takes __proto__ for the name that it is', () => {
    const payload = apply('headers.__proto__=x', 'json.__proto__.polluted=yes');
    expect(Object.hasOwn(payload.headers as object, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
