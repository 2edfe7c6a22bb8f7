import { readFileSync } from 'node:fs';
import { QUEUE_NAMES } from '@dts/jobs';
import { EnvError } from '@dts/runtime';
import { type PoolPolicy, parsePolicies } from '@dts/scaling';
import type { ScalerEnv } from '../env.js';
import { builtInPolicies } from './built-in.js';

/** A policy, and the text of its file where it has one. */
export interface LoadedPolicy {
  readonly policies: readonly PoolPolicy[];
  readonly text: string | undefined;
}

/** Injection token of the policy that the scaler starts with. */
export const FIRST_POLICY = Symbol('FIRST_POLICY');

/** @throws EnvError when the file cannot be used: there is no last good one yet */
export function loadFirstPolicy(env: ScalerEnv): LoadedPolicy {
  const { SCALER_POLICY: path } = env;
  if (path === undefined) return { policies: builtInPolicies(env), text: undefined };
  try {
    return loadPolicy(path);
  } catch (error) {
    throw new EnvError(`The environment is not usable:\n  SCALER_POLICY ${path}: ${(error as Error).message}`);
  }
}

/** @throws PolicyError, or Error when the file cannot be read */
export function loadPolicy(path: string, before?: LoadedPolicy): LoadedPolicy {
  const text = readFileSync(path, 'utf8');
  return text === before?.text ? before : { text, policies: parsePolicies(text, { queues: QUEUE_NAMES }) };
}
