import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';

const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path: string) => readFileSync(pathOf(path), 'utf8');
/** As the README shows it. */
const readExample = (file: string) =>
  read(`examples/${file}`)
    .replace(/^import .* from '\.\/client\.ts';\n/m, '')
    .trimStart();

describe('the README', () => {
  const readme = read('README.md');

  it('shows examples as they are, apart from the import of the client, each below a link to it', () => {
    // Text, code, text, code, …
    const pieces = readme.split(/^```(?:ts)?\n/m);
    const codes = pieces.filter((_piece, index) => index % 2 === 1);
    const files = codes.map((_code, index) => /.*\(examples\/(.+?)\)/s.exec(pieces[2 * index] ?? '')?.[1] ?? '');
    expect(files).toEqual(['client.ts', 'submit.ts', 'wait.ts']);
    expect(codes).toEqual(files.map(readExample));
  });

  it('leads to every example, and names every method', () => {
    const linked = [...readme.matchAll(/\(examples\/(.+?)\)/g)].map(([, file]) => file);
    expect(linked.sort()).toEqual(readdirSync(pathOf('examples')).sort());
    const { flows, schedules, deadLetters, operations, queues, workers, audit, tenants } = new SchedulerClient({
      url: 'http://x',
      apiKey: 'k',
    });
    const parts = { flows, schedules, deadLetters, operations, queues, workers, audit, tenants };
    const names = [SchedulerClient.prototype, ...Object.values(parts).map((part) => Object.getPrototypeOf(part))].flatMap(
      Object.getOwnPropertyNames,
    );
    for (const name of names.filter((name) => name !== 'constructor')) expect(readme).toContain(name);
    for (const part of Object.keys(parts)) expect(readme).toMatch(new RegExp(`${part}\\.[a-z]`));
  });

  it('tells how big the client is at most', () => {
    const files = readdirSync(pathOf('dist')).filter((file) => file.endsWith('.js'));
    const bytes = gzipSync(files.map((file) => read(`dist/${file}`)).join('\n')).length;
    const [, told] = /\(less than (\d+) KB gzipped\)/.exec(readme) ?? [];
    expect(bytes / 1024).toBeLessThan(Number(told));
  });
});
