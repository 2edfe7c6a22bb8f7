import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { HIDDEN, hiderOf, hideSecrets } from './hidden.js';

const secret = (type: z.ZodType) => type.meta({ secret: true });
const pin = secret(z.string());

describe('hiderOf', () => {
  it.each([
    ['a member', z.object({ user: z.string(), pin }), { user: 'ada', pin: '1234' }, { user: 'ada', pin: HIDDEN }],
    ['an optional one', z.object({ pin: pin.optional() }), { pin: '1234' }, { pin: HIDDEN }],
    ['one with a default', z.object({ pin: secret(z.string().default('0000')) }), { pin: '1234' }, { pin: HIDDEN }],
    ['one of each item', z.array(z.object({ pin })), [{ pin: '1' }, { pin: '2' }], [{ pin: HIDDEN }, { pin: HIDDEN }]],
    ['an item by its place', z.tuple([z.string(), pin]), ['ada', '1234'], ['ada', HIDDEN]],
    ['every value of a record', z.record(z.string(), pin), { a: '1', b: '2' }, { a: HIDDEN, b: HIDDEN }],
    ['one of a variant', z.union([z.string(), z.object({ pin })]), { pin: '1234' }, { pin: HIDDEN }],
    ['one behind a refinement', z.object({ pin }).refine(() => true), { pin: '1234' }, { pin: HIDDEN }],
    ['an object whole', z.object({ card: secret(z.object({ number: z.string() })) }), { card: { number: '42' } }, { card: HIDDEN }],
  ])('hides %s', (_what, type, value, hidden) => expect(hiderOf(type)(value)).toEqual(hidden));

  it('hides in what refers to itself, however deep, and does not fall by depth', () => {
    const tree = z.object({
      pin,
      get children() {
        return z.array(tree).optional();
      },
    });
    expect(hiderOf(tree)({ pin: '1', children: [{ pin: '2', children: [{ pin: '3' }] }] })).toEqual({
      pin: HIDDEN,
      children: [{ pin: HIDDEN, children: [{ pin: HIDDEN }] }],
    });
    let deep: object = { pin: 's3cret' };
    for (let level = 0; level < 20_000; level++) deep = { pin: 's3cret', children: [deep] };
    expect(JSON.stringify(hiderOf(tree)(deep))).not.toContain('s3cret');
  });

  it('leaves what is none as it is, and what does not fit as well', () => {
    const hide = hiderOf(z.object({ pin, name: z.string() }));
    for (const value of [null, 'text', 7, [1], { name: { first: 'ada' }, surprise: [1] }]) expect(hide(value)).toEqual(value);
    expect(Object.getPrototypeOf(hide(JSON.parse('{"__proto__":{"admin":true}}')))).toBe(Object.prototype);
  });
});

describe('hideSecrets', () => {
  it('goes by what the job type says', () => {
    expect(hideSecrets('email.send', { to: ['ada@example.com'], subject: 'Log in', text: 'by this link' })).toEqual({
      to: ['ada@example.com'],
      subject: 'Log in',
      text: HIDDEN,
    });
    const request = { url: 'http://a.test/', json: { pin: '1234' } };
    expect(hideSecrets('http.request', request)).toBe(request);
  });

  it('hides all of a type that it does not know', () => expect(hideSecrets('gone.type', { pin: '1234' })).toBe(HIDDEN));
});
