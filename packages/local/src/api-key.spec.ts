import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { provideApiKey } from './api-key.js';
import { TemporaryFolder } from './testing/temporary-folder.js';

const mode = (path: string) => statSync(path).mode & 0o777;

describe('provideApiKey', () => {
  it('makes a key that only its owner may read, and gives the gateway its hash', () => {
    using folder = new TemporaryFolder();
    const { path, apiKeys } = provideApiKey(folder.path);
    const key = readFileSync(path, 'utf8').trim();
    expect(key).toMatch(/^dts_[A-Za-z0-9_-]{43}$/);
    expect(mode(path)).toBe(0o600);
    expect(apiKeys).not.toContain(key);
    expect(JSON.parse(apiKeys)).toEqual([
      {
        id: 'local',
        hash: createHash('sha256').update(key).digest('hex'),
        scopes: ['jobs:submit', 'jobs:read', 'jobs:cancel', 'schedules:write', 'workers:lease', 'ops:read', 'ops:write'],
        tenant: 'default',
      },
    ]);
  });

  it('keeps the key that is there, and closes its file to others', () => {
    using folder = new TemporaryFolder();
    const first = provideApiKey(folder.path);
    chmodSync(first.path, 0o644);
    expect(provideApiKey(folder.path)).toEqual(first);
    expect(mode(first.path)).toBe(0o600);
  });

  it('refuses a file that holds something else, and leaves it alone', () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'api-key');
    writeFileSync(path, 'hunter2\n');
    expect(() => provideApiKey(folder.path)).toThrow(`${path} does not hold an API key: delete it`);
    expect(readFileSync(path, 'utf8')).toBe('hunter2\n');
  });
});
