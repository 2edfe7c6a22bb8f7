/** One wrong place in a policy. */
export interface PolicyProblem {
  /** From the root of the policy: `pools.default.max`; empty for the whole. */
  readonly path: string;
  /** Of the file, from 1: where that stands, or what it is missing from. Undefined for a policy that is no text. */
  readonly line: number | undefined;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** Every problem of a policy at once, so that one change is enough to mend it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(readonly problems: readonly PolicyProblem[]) {
    super(`The policy is not usable:\n${problems.map(toLine).join('\n')}`);
  }
}

function toLine({ path, line, message }: PolicyProblem): string {
  const place = [line === undefined ? '' : `line ${line}`, path].filter((part) => part !== '').join(', ');
  return `  ${place || '(policy)'}: ${message}`;
}
