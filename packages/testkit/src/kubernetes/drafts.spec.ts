import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startProgram } from '../processes/program.js';
import { draftOf, removeLeftDrafts } from './drafts.js';

it('removes what a killed build has left, and neither what is done nor what is under way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dts-drafts-'));
  try {
    const killed = await startProgram('sleep', { args: ['60'] });
    await killed.kill();
    const underWay = basename(draftOf(join(folder, 'etcd')));
    for (const name of ['etcd', 'stages.yaml', 'lock', underWay, `kwok.${killed.pid}`]) await writeFile(join(folder, name), '');
    await removeLeftDrafts(folder);
    expect((await readdir(folder)).toSorted()).toEqual(['etcd', underWay, 'lock', 'stages.yaml']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
