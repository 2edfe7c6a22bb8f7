import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const modules = join(root, 'node_modules');
export const bin = join(modules, '.bin');

/** The folders of the workspace's packages, as pnpm-workspace.yaml names them. */
export function packageFolders() {
  return ['apps', 'packages'].flatMap((group) => {
    const folder = join(root, group);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')));
    return names.sort().map((name) => join(folder, name));
  });
}
