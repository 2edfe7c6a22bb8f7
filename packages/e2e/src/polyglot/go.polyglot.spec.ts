import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itConforms } from '../conformance/conformance.js';
import { GO_SDK, go } from './sdk.js';

const LONG = 300_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dts-go-'));
  await go('build', '-race', '-o', join(folder, 'worker'), './internal/conformance');
}, LONG);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the Go SDK', () => {
  it(
    'is vetted and formatted',
    async () => {
      await go('vet', './...');
      expect(await go('run', 'cmd/gofmt', '-l', GO_SDK)).toBe('');
    },
    LONG,
  );

  it(
    'passes its own tests, and no two goroutines race',
    async () => {
      expect(await go('test', '-race', '-count=1', './...')).toMatch(/^ok\s/m);
    },
    LONG,
  );
});

itConforms('Go', (env) => startProgram(join(folder, 'worker'), { env: { ...env } }));
