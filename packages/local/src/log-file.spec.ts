import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LogFile } from './log-file.js';
import { TemporaryFolder } from './testing/temporary-folder.js';

const MEGABYTE = 'x'.repeat(1024 * 1024);

describe('LogFile', () => {
  it('appends to what an earlier run wrote', async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'a.log');
    for (const line of ['first', 'second']) {
      const file = new LogFile(path);
      file.write(line);
      await file.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
  });

  it('keeps one older file, and neither grows without bound', async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'a.log');
    const file = new LogFile(path);
    for (let written = 0; written < 25; written += 1) file.write(MEGABYTE);
    file.write('last');
    await file.close();
    expect(readFileSync(path, 'utf8')).toMatch(/\nlast\n$/);
    expect(statSync(path).size).toBeLessThan(12 * MEGABYTE.length);
    expect(statSync(`${path}.1`).size).toBeLessThan(12 * MEGABYTE.length);
  });
});
