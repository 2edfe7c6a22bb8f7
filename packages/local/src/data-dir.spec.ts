import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDataDir } from './data-dir.js';
import { StartError } from './start-error.js';
import { TemporaryFolder } from './testing/temporary-folder.js';

describe('openDataDir', () => {
  it('creates the folder for its owner alone', () => {
    using folder = new TemporaryFolder();
    const root = join(folder.path, 'a', 'b');
    const dir = openDataDir(root);
    expect(statSync(root).mode & 0o777).toBe(0o700);
    expect([dir.redis, dir.logs].every((path) => statSync(path).isDirectory())).toBe(true);
    dir.release();
  });

  it('belongs to one at a time, who is named', () => {
    using folder = new TemporaryFolder();
    const first = openDataDir(folder.path);
    expect(() => openDataDir(folder.path)).toThrow(
      `DATA_DIR ${folder.path} is in use by another running stack (process ${process.pid}): stop it, or set DATA_DIR.`,
    );
    first.release();
    expect(existsSync(join(folder.path, 'stack.pid'))).toBe(false);
    openDataDir(folder.path).release();
  });

  it('takes over what a stack left that did not stop in order', () => {
    using folder = new TemporaryFolder();
    writeFileSync(join(folder.path, 'stack.pid'), String(process.pid));
    writeFileSync(join(folder.path, 'lock'), '');
    openDataDir(folder.path).release();
  });

  it.each([
    ['a file', (folder: string) => join(folder, 'file'), /is a file, not a folder/],
    ['below a file', (folder: string) => join(folder, 'file', 'x'), /is a file, not a folder/],
    ['where nobody may write', () => '/sys/dts', /is not writable/],
    ['where the system creates nothing', () => '/proc/dts/data', /\/proc\/dts cannot be created/],
  ])('refuses %s', (_, pathIn, message) => {
    using folder = new TemporaryFolder();
    writeFileSync(join(folder.path, 'file'), '');
    const path = pathIn(folder.path);
    const open = () => openDataDir(path);
    expect(open).toThrow(StartError);
    expect(open).toThrow(message);
  });
});
