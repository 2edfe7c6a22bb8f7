import { readFileSync } from 'node:fs';

/** What the variables say and the files that they name: `SECRET_FILE=/run/secrets/secret` stands for `SECRET`, with that file's text. */
export interface Given {
  readonly values: Readonly<Record<string, string>>;
  /** A line for each file that cannot be used. */
  readonly problems: readonly string[];
}

const SUFFIX = '_FILE';

/**
 * Orchestrators hand on secrets as files, which no listing of processes or containers shows. Blanks at the end of one are dropped.
 * @param names of all variables; one that ends in `_FILE` itself is left as it is
 */
export function readSecretFiles(given: Readonly<Record<string, string>>, names: readonly string[]): Given {
  const values = { ...given };
  const problems: string[] = [];
  for (const name of names) {
    const file = given[name + SUFFIX];
    if (file === undefined || names.includes(name + SUFFIX)) continue;
    if (given[name] !== undefined) problems.push(`${name}${SUFFIX}: give either it or ${name}`);
    else read(file, name, values, problems);
  }
  return { values, problems };
}

function read(file: string, name: string, values: Record<string, string>, problems: string[]): void {
  try {
    values[name] = readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    problems.push(`${name}${SUFFIX}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
