import { join, resolve } from 'node:path';
import { pythonEnvironment } from '@dts/testkit';

const REQUIREMENTS = resolve(import.meta.dirname, '../../fuzz/requirements.txt');

/**
 * Schemathesis in a Python of its own.
 * @returns the program
 * @throws Error when it cannot be installed
 */
export async function installSchemathesis(): Promise<string> {
  return join(await pythonEnvironment('dts-fuzz', REQUIREMENTS), 'schemathesis');
}
