import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findGo, wayToGo } from './go-toolchain.js';

describe('findGo', () => {
  it.each([
    ['go1.26.8', 'installed'],
    ['go1.27', 'installed'],
    ['go2.0', 'installed'],
    ['go1.25.3', 'itself'],
    ['go1.21.0', 'itself'],
    ['go1.20.14', 'by hand'],
    ['go1.19.8', 'by hand'],
    ['devel +a1b2c3', 'by hand'],
  ])('%s: %s', (version, way) => {
    expect(wayToGo(version)).toBe(way);
  });

  it('says what to do where there is no Go', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'dts-no-go-'));
    try {
      await expect(findGo({ PATH: empty })).rejects.toThrow(/found no Go on PATH; install: apt-get install golang-go/);
    } finally {
      await rm(empty, { recursive: true });
    }
  });
});
