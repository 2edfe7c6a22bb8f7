import { readFile } from 'node:fs/promises';

/** The blocks of code in a file of Markdown, or in one of its sections: of a language, in order. */
export async function codeOf(file: string, heading?: string): Promise<(language: string) => string[]> {
  const text = await readFile(file, 'utf8');
  const part = heading === undefined ? text : sectionOf(text, heading);
  const blocks = [...part.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return (language) => blocks.filter(([, name]) => name === language).map(([, , code = '']) => code);
}

/** @throws Error when there is no such heading */
function sectionOf(text: string, heading: string): string {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`there is no section "${heading}"`);
  return section;
}
