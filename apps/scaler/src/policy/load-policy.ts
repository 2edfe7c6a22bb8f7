import { readFileSync, statSync } from 'node:fs';
import { QUEUE_NAMES } from '@dts/jobs';
import { EnvError } from '@dts/runtime';
import { type PoolPolicy, parsePolicies } from '@dts/scaling';
import type { ScalerEnv } from '../env.js';
import { builtInPolicies } from './built-in.js';
import { tellProblem } from './tell-problem.js';

/** A policy, and the text of its file where it has one. */
export interface LoadedPolicy {
  readonly policies: readonly PoolPolicy[];
  readonly text: string | undefined;
}

/** Injection token of the policy that the scaler starts with. */
export const FIRST_POLICY = Symbol('FIRST_POLICY');

/** More than any policy has. To read more would hold up everything else: what leads would lead no longer. */
const MOST_BYTES = 128 * 1024;

/** @throws EnvError when the file cannot be used: there is no last good one yet */
export function loadFirstPolicy(env: ScalerEnv): LoadedPolicy {
  const { SCALER_POLICY: path } = env;
  if (path === undefined) return { policies: builtInPolicies(env), text: undefined };
  try {
    return parsePolicy(readPolicy(path));
  } catch (error) {
    throw new EnvError(`The environment is not usable:\n  SCALER_POLICY ${path}: ${tellProblem(error as Error)}`);
  }
}

/** @throws Error when the file cannot be read, or is none to be read */
export function readPolicy(path: string): string {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('it is no file');
  if (stats.size > MOST_BYTES) throw new Error(`it has ${stats.size} bytes, and a policy at most ${MOST_BYTES}`);
  return readFileSync(path, 'utf8');
}

/** @throws PolicyError */
export function parsePolicy(text: string): LoadedPolicy {
  return { text, policies: parsePolicies(text, { queues: QUEUE_NAMES }) };
}
