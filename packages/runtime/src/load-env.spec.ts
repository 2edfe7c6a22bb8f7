import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { EnvError, envBoolean, envList, envPort, loadEnv } from './load-env.js';
import { serverEnvShape } from './server-env.js';

const schema = z.object({
  ...serverEnvShape(3000),
  SECRET: z.string().min(8, 'needs 8 characters or more'),
  ENABLED: envBoolean.default(false),
  HOSTS: envList.default([]),
  ADMIN_PORT: envPort.optional(),
});

describe('loadEnv', () => {
  it('fills in defaults, and takes blank for not set', () => {
    const env = loadEnv(schema, { SECRET: 'long enough', PORT: '', HOSTS: '', OTHER: 'ignored' });
    expect(env).toEqual({ HOST: '127.0.0.1', PORT: 3000, SHUTDOWN_GRACE: 25_000, SECRET: 'long enough', ENABLED: false, HOSTS: [] });
  });

  it('reads ports, switches and lists', () => {
    const env = loadEnv(schema, { SECRET: 'long enough', PORT: '0', ENABLED: 'yes', HOSTS: ' a, b ,,c ', ADMIN_PORT: '65535' });
    expect(env).toMatchObject({ PORT: 0, ENABLED: true, HOSTS: ['a', 'b', 'c'], ADMIN_PORT: 65_535 });
  });

  it('tells every problem at once, a line each, without the value', () => {
    const refused = () =>
      loadEnv(schema, { PORT: 'http', SHUTDOWN_GRACE: '-1', SECRET: 'hunter2', ENABLED: 'perhaps', ADMIN_PORT: '65536' });
    expect(refused).toThrow(EnvError);
    const [head, ...lines] = messageOf(refused).split('\n');
    expect(head).toBe('The environment is not usable:');
    expect(lines.map((line) => line.split(':')[0]?.trim()).sort()).toEqual(['ADMIN_PORT', 'ENABLED', 'PORT', 'SECRET', 'SHUTDOWN_GRACE']);
    expect(lines).toContain('  SECRET: needs 8 characters or more');
    expect(lines.join()).not.toContain('hunter2');
  });

  describe('a variable in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dts-env-'));
    const file = join(folder, 'secret');
    writeFileSync(file, 'from the file\n');
    afterAll(() => rmSync(folder, { recursive: true }));

    it('is read from where NAME_FILE says, without the end of the line', () => {
      expect(loadEnv(schema, { SECRET_FILE: file })).toMatchObject({ SECRET: 'from the file' });
    });

    it('is checked as any other, and its text is not told', () => {
      writeFileSync(join(folder, 'short'), 'hunter2');
      const message = messageOf(() => loadEnv(schema, { SECRET_FILE: join(folder, 'short') }));
      expect(message).toContain('  SECRET: needs 8 characters or more');
      expect(message).not.toContain('hunter2');
    });

    it('is refused with the reason when it is not there, or given twice', () => {
      const missing = join(folder, 'missing');
      expect(messageOf(() => loadEnv(schema, { SECRET_FILE: missing }))).toContain(`  SECRET_FILE: ${missing} cannot be read (ENOENT)`);
      const twice = () => loadEnv(schema, { SECRET: 'long enough', SECRET_FILE: file });
      expect(messageOf(twice)).toContain('  SECRET_FILE: give either it or SECRET');
    });

    it('leaves a variable alone that ends in _FILE by its own name', () => {
      const own = z.object({ KEYS: z.string().optional(), KEYS_FILE: z.string().optional() });
      expect(loadEnv(own, { KEYS_FILE: '/nowhere' })).toEqual({ KEYS_FILE: '/nowhere' });
    });
  });

  it('says what is missing', () => {
    expect(messageOf(() => loadEnv(schema, { SECRET: '' }))).toMatch(/ {2}SECRET: .*received undefined/);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['on', true],
    ['no', false],
    ['0', false],
    ['off', false],
  ])('takes %s for %p', (text, value) => {
    expect(envBoolean.parse(text)).toBe(value);
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
