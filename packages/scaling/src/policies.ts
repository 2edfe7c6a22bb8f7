import type { PoolPolicy } from './pool-policy.js';

/** One wrong place in a policy file. */
export interface PolicyProblem {
  /** From the root of the file: `pools.default.max`; empty for the file as a whole. */
  readonly path: string;
  /** Where that is in the text, from 1; undefined where it is nowhere in it. */
  readonly line: number | undefined;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** Every problem of a policy file at once. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(readonly problems: readonly PolicyProblem[]) {
    super(`The policy is not usable:\n${problems.map(toLine).join('\n')}`);
  }
}

export interface PolicyOptions {
  /** The queues there are; without it, any name may be one. */
  readonly queues?: readonly string[];
}

/**
 * The pools of a policy file (YAML), complete with what they leave to the defaults.
 * @throws PolicyError
 */
export function parsePolicies(_text: string, _options: PolicyOptions = {}): PoolPolicy[] {
  throw new Error('not there yet');
}

/**
 * The same from plain data, for a policy that stands in code.
 * @throws PolicyError
 */
export function toPolicies(_data: unknown, _options: PolicyOptions = {}): PoolPolicy[] {
  throw new Error('not there yet');
}

function toLine({ path, line, message }: PolicyProblem): string {
  const place = [line === undefined ? '' : `line ${line}`, path].filter((part) => part !== '').join(', ');
  return `  ${place || '(policy)'}: ${message}`;
}
