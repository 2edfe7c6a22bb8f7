/**
 * Checks .github/workflows: with actionlint, which is built from its Go module once a machine, and that every action of others is named by
 * its commit, which nobody can change afterwards. Ends with 1 when anything is wrong.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { provideActionlint, startProgram } from '@dts/testkit';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const WORKFLOWS = join(CHECKOUT, '.github/workflows');
const PINNED = /uses: (\.\/\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;

const names = (await readdir(WORKFLOWS)).map((name) => join(WORKFLOWS, name));
const lines = (await Promise.all(names.map((name) => readFile(name, 'utf8')))).flatMap((text) => text.split('\n'));
const loose = lines.filter((line) => /\buses:/.test(line) && !PINNED.test(line));
for (const line of loose) console.log(`Name the commit and its version, as in "owner/action@<40 digits> # v1.2.3":${line}`);

const { actionlint } = await provideActionlint((line) => console.log(line));
// Whether shellcheck and pyflakes are there differs from machine to machine.
const args = ['-shellcheck=', '-pyflakes=', ...names];
const program = await startProgram(actionlint, { args, cwd: CHECKOUT, onOutput: (text) => process.stdout.write(text) });
const { code } = await program.exited;
process.exitCode = loose.length > 0 ? 1 : (code ?? 1);
