import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { installKey } from './install.mjs';
import { toolEnv } from './node-binary.mjs';
import { bin, modules, packageFolders, root } from './paths.mjs';
import { Problem } from './problem.mjs';
import { tail } from './tail.mjs';

const stamp = join(modules, '.dts-built');

/** Cheaper than asking turbo: names, sizes and times of every source and every output. */
function buildKey() {
  const hash = createHash('sha256').update(installKey());
  for (const name of ['tsconfig.base.json', 'turbo.json']) add(hash, join(root, name));
  for (const folder of packageFolders()) {
    for (const name of ['package.json', 'tsconfig.build.json', 'src', 'dist']) add(hash, join(folder, name));
  }
  return hash.digest('hex');
}

function add(hash, path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return hash.update(`${path} none\n`);
  if (!stat.isDirectory()) return hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  for (const name of readdirSync(path).sort()) {
    if (!name.endsWith('.spec.ts')) add(hash, join(path, name));
  }
}

export function isBuilt() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === buildKey();
}

/** @throws Problem with the compiler's messages. */
export async function build(extraArgs = []) {
  console.log('Building …');
  const args = ['run', 'build', '--output-logs=errors-only', '--ui=stream', ...extraArgs];
  const { code, stopped, output } = await runChild(join(bin, 'turbo'), args, { env: toolEnv(), quiet: true });
  if (stopped) process.exit(code);
  if (code !== 0) throw new Problem(`${tail(output)}\nThe build failed: the messages above name the files.`);
  writeFileSync(stamp, buildKey());
}
