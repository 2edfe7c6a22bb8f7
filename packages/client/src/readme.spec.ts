import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';

const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path: string) => readFileSync(pathOf(path), 'utf8');
/** As the README shows it. */
const readExample = (file: string) =>
  read(`examples/${file}`)
    .replace(/^import .* from '\.\/client\.ts';\n/m, '')
    .trimStart();

describe('the README', () => {
  const readme = read('README.md');

  it('shows every example as it is, apart from the import of the client, below a link to it', () => {
    // Text, code, text, code, …
    const pieces = readme.split(/^```(?:ts)?\n/m);
    const shown = pieces.flatMap((code, index) =>
      index % 2 === 1 ? [[/.*\(examples\/(.+?)\)/s.exec(pieces[index - 1] ?? '')?.[1], code]] : [],
    );
    const examples = readdirSync(pathOf('examples')).map((file) => [file, readExample(file)]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(examples));
  });

  it('tells how big the client is at most', () => {
    const files = readdirSync(pathOf('dist')).filter((file) => file.endsWith('.js'));
    const bytes = gzipSync(files.map((file) => read(`dist/${file}`)).join('\n')).length;
    const [, told] = /\(less than (\d+) KB gzipped\)/.exec(readme) ?? [];
    expect(bytes / 1024).toBeLessThan(Number(told));
  });
});
