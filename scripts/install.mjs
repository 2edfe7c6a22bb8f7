import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { toolEnv } from './node-binary.mjs';
import { modules, packageFolders, root } from './paths.mjs';
import { Problem } from './problem.mjs';
import { tail } from './tail.mjs';

const stamp = join(modules, '.dts-installed');
const DEPENDENCY_FIELDS = ['name', 'packageManager', 'dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** What the installed packages follow from: the lock file, the workspace's settings and every manifest's dependencies. */
export function installKey() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, name)));
  for (const folder of [root, ...packageFolders()]) {
    const manifest = readManifest(folder);
    hash.update(JSON.stringify(DEPENDENCY_FIELDS.map((field) => manifest[field] ?? null)));
  }
  return hash.digest('hex');
}

export function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === installKey();
}

/** @throws Problem with the end of pnpm's output. */
export async function install() {
  const { packageManager } = readManifest(root);
  console.log(existsSync(stamp) ? 'Installing dependencies (they changed) …' : 'Installing dependencies (first run) …');
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile'];
  const { code, stopped, output } = await runChild('npx', args, { env: { ...toolEnv(), CI: 'true' }, quiet: true });
  if (stopped) process.exit(code);
  if (code !== 0) throw new Problem(`${tail(output)}\nInstalling dependencies failed (npx ${args.join(' ')} ended with code ${code}).`);
  writeFileSync(stamp, installKey());
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
