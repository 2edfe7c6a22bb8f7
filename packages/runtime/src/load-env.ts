import { z } from 'zod';
import { readSecretFiles } from './secret-files.js';

/** Every problem of an environment at once, so that one restart is enough to mend it. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/**
 * Parses the environment; a variable set to the empty string counts as not set, and `NAME_FILE` names a file with the value of `NAME`.
 * @throws EnvError with one line per variable that is missing or wrong.
 */
export function loadEnv<Schema extends z.ZodObject>(schema: Schema, env: NodeJS.ProcessEnv = process.env): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => !!entry[1]));
  const { values, problems } = readSecretFiles(given, Object.keys(schema.shape));
  const parsed = schema.safeParse(values);
  if (parsed.success && problems.length === 0) return parsed.data;
  const issues = parsed.error?.issues.map((issue) => `${issue.path.join('.') || '(environment)'}: ${issue.message}`) ?? [];
  throw new EnvError(`The environment is not usable:\n${[...problems, ...issues].map((line) => `  ${line}`).join('\n')}`);
}

/** `true`, `1`, `yes`, `on` and their opposites. */
export const envBoolean = z.stringbool();

export const envPort = z.coerce.number().int().min(0).max(65535);

/** A list separated by commas; blanks around an item are dropped. */
export const envList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
