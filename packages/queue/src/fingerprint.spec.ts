import { describe, expect, it } from '@jest/globals';
import { canonicalJson, fingerprint } from './fingerprint.js';

const ROUNDS = 300;

/** A generator of its own, so that a failure can be repeated by its seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomJson(random: () => number, depth = 3): unknown {
  const kind = Math.floor(random() * (depth > 0 ? 6 : 4));
  const size = Math.floor(random() * 4);
  const member = () => randomJson(random, depth - 1);
  const makers = [
    () => null,
    () => random() < 0.5,
    () => Math.floor(random() * 100) / 4,
    () => ['', 'a', 'ä', '{}', '0', '"'][Math.floor(random() * 6)],
    () => Array.from({ length: size }, member),
    () => Object.fromEntries(Array.from({ length: size }, (_, index) => [`${'zyxa0'[index]}${index}`, member()])),
  ];
  return makers[kind]?.();
}

/** The same value with the members of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, turned(member)]),
  );
}

describe('fingerprint', () => {
  it('does not depend on the order of members', () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const value = randomJson(randomFrom(seed));
      expect({ seed, print: fingerprint(turned(value)) }).toEqual({ seed, print: fingerprint(value) });
    }
  });

  it('tells different values apart', () => {
    const values = Array.from({ length: ROUNDS }, (_, seed) => randomJson(randomFrom(seed)));
    const distinct = new Set(values.map((value) => JSON.stringify(turned(value))));
    expect(new Set(values.map(fingerprint)).size).toBe(new Set(values.map(canonicalJson)).size);
    expect(new Set(values.map(fingerprint)).size).toBe(distinct.size);
  });

  it('minds the order of a list, the type of a value, and null against absence', () => {
    const prints = [[1, 2], [2, 1], ['1', 2], { a: null }, {}, { a: '' }, { a: [] }, { a: {} }].map(fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('takes an undefined member for an absent one', () => {
    expect(fingerprint({ a: 1, b: undefined })).toBe(fingerprint({ a: 1 }));
  });

  it('sorts numeric member names as it sorts others', () => {
    expect(canonicalJson({ b: 1, 10: 2, 9: 3 })).toBe(canonicalJson({ 9: 3, b: 1, 10: 2 }));
  });

  it('is short, and stays what it is: stored ones must go on to match', () => {
    expect(fingerprint(['http.request', { url: 'http://x.y/' }, {}])).toBe('kFHgtWfq56I494UpF_846G');
  });
});
