import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { toolEnv } from './node-binary.mjs';
import { modules, root } from './paths.mjs';

const NODE_OPTIONS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const REPORTERS = ['--reporters=default', `--reporters=${join(root, 'scripts', 'jest-totals.mjs')}`];

/** Runs Jest over the whole workspace; the last line printed is `N passed, N failed`, with `, N skipped` when there are any. */
export async function runTests(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'dts-test-'));
  const totalsFile = join(folder, 'totals.json');
  const env = { ...toolEnv(), JEST_TOTALS_FILE: totalsFile };
  try {
    const jest = [...NODE_OPTIONS, join(modules, 'jest/bin/jest.js'), ...args, ...REPORTERS];
    const { code, stopped } = await runChild(node, jest, { env });
    const totals = readTotals(totalsFile, code);
    if (totals && !stopped) console.log(describe(totals));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readTotals(file, code) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Jest ended before it ran anything: a wrong option, or a listing that was asked for.
    return code === 0 ? undefined : { passed: 0, failed: 1, skipped: 0 };
  }
}

function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
