import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itConforms } from '../conformance/conformance.js';
import { onRealStack } from './real-stack.js';
import { GO_SDK, go } from './sdk.js';

const LONG = 300_000;
/** Fetched and built at its first use on a machine, as a module. */
const STATICCHECK = 'honnef.co/go/tools/cmd/staticcheck@v0.8.2';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dts-go-'));
  await go(['build', '-race', '-o', join(folder, 'worker'), './internal/conformance']);
}, LONG);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the Go SDK', () => {
  it(
    'is vetted, linted and formatted',
    async () => {
      await go(['vet', './...']);
      await go(['run', STATICCHECK, './...']);
      expect(await go(['run', 'cmd/gofmt', '-l', GO_SDK])).toBe('');
    },
    LONG,
  );

  it(
    'passes its own tests, also those against a real stack, and no two goroutines race',
    async () => {
      const printed = await onRealStack((env) => go(['test', '-race', '-count=1', '-v', './...'], env));
      expect(printed).toMatch(/^ok\s/m);
      expect(printed).toMatch(/^--- PASS: TestStack/m);
      expect(printed).not.toMatch(/^\s*--- SKIP/m);
    },
    LONG,
  );
});

itConforms('Go', (env) => startProgram(join(folder, 'worker'), { env: { ...env } }));
