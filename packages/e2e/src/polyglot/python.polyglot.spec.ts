import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '@dts/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { itConforms } from '../conformance/conformance.js';
import { onRealStack } from './real-stack.js';
import { PYTHON_SDK, python, pythonPrograms } from './sdk.js';

const LONG = 300_000;

let programs: string;
beforeAll(async () => {
  programs = await pythonPrograms();
}, LONG);

describe('the Python SDK', () => {
  it(
    'is linted, formatted and typed',
    async () => {
      await python('ruff', ['check', '.']);
      await python('ruff', ['format', '--check', '.']);
      await python('mypy');
    },
    LONG,
  );

  it(
    'passes its own tests, also those against a real stack',
    async () => {
      const printed = await onRealStack((env) => python('pytest', ['-p', 'no:cacheprovider'], env));
      expect(printed).toMatch(/\btest_real_stack\.py \.+ /);
      expect(printed).not.toMatch(/skipped/);
    },
    LONG,
  );

  it(
    'is installed from its folder',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'dts-pip-'));
      try {
        await python('pip', ['install', '--quiet', '--no-deps', '--disable-pip-version-check', '--target', folder, '.']);
        const imports = `import sys; sys.path.insert(0, ${JSON.stringify(folder)}); import dts_worker; print(dts_worker.__file__)`;
        expect(await python('python', ['-c', imports])).toContain(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    LONG,
  );
});

itConforms('Python', (env) => {
  const PYTHONPATH = join(PYTHON_SDK, 'src');
  return startProgram(join(programs, 'python'), { args: [join(PYTHON_SDK, 'tests/conformance_worker.py')], env: { ...env, PYTHONPATH } });
});
