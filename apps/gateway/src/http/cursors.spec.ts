import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Cursors } from './cursors.js';

const newCursors = (key = randomBytes(32)) => new Cursors({ read: async () => key });
const position = { section: 3, score: '17e12', id: 'io_0' };
const refused = { code: 'invalid-request', details: { errors: [{ parameter: 'cursor', detail: expect.any(String) }] } };

describe('Cursors', () => {
  it('give back the position, also to another gateway with the same key', async () => {
    const key = randomBytes(32);
    const cursor = await newCursors(key).seal(position, 'jobs');
    expect(cursor).toMatch(/^[\w-]+$/);
    await expect(newCursors(key).open(cursor, 'jobs')).resolves.toEqual(position);
  });

  it('tell nothing: neither what they hold nor that two are the same', async () => {
    const cursors = newCursors();
    const [first, second] = [await cursors.seal(position, 'jobs'), await cursors.seal(position, 'jobs')];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain('io_0');
  });

  it('are good for their list only', async () => {
    const cursors = newCursors();
    const cursor = await cursors.seal(position, '["jobs","acme"]');
    await expect(cursors.open(cursor, '["jobs","globex"]')).rejects.toMatchObject(refused);
  });

  it('are refused when a single character differs, wherever it stands', async () => {
    const cursors = newCursors();
    const cursor = await cursors.seal(position, 'jobs');
    const changed = Array.from(cursor, (char, at) => cursor.slice(0, at) + (char === 'A' ? 'B' : 'A') + cursor.slice(at + 1));
    const outcomes = await Promise.allSettled(changed.map((text) => cursors.open(text, 'jobs')));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
  });

  it.each(['', '!', 'YQ', 'null', 'A'.repeat(38), 'A'.repeat(10_000), '\u0000', '../x'])('refuse %p', async (text) => {
    await expect(newCursors().open(text, 'jobs')).rejects.toMatchObject(refused);
  });

  it.each([' ', '=', '.', '\n', 'A'])('refuse a good one with %p behind it', async (tail) => {
    const cursors = newCursors();
    await expect(cursors.open((await cursors.seal(position, 'jobs')) + tail, 'jobs')).rejects.toMatchObject(refused);
  });

  it('of another deployment are refused', async () => {
    await expect(newCursors().open(await newCursors().seal(position, 'jobs'), 'jobs')).rejects.toMatchObject(refused);
  });
});
