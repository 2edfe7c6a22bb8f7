import type { z } from 'zod';

/** What is wrong with a value, by the keys that lead to it. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** One for each place: zod tells all unknown settings of a mapping in one, with the path of the mapping. */
export function toProblems(error: z.ZodError, root: readonly PropertyKey[]): Problem[] {
  return error.issues.flatMap((issue) => {
    const path = [...root, ...issue.path];
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key], message: issue.message }));
  });
}
