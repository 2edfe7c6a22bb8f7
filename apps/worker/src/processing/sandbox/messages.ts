import type { HandlerEnv } from '../../handlers/env.js';
import type { AbortReason } from '../outcome.js';
import type { Thrown } from '../thrown.js';

/** A start, as a host is told it: the context's data, and the job's. */
export interface HostedStart {
  readonly name: string;
  readonly payload: unknown;
  readonly jobId: string;
  readonly attempt: number;
  readonly start: number;
  readonly token: string;
  readonly deadline: Date;
  /** The trace that the attempt is part of, as `activeTrace` tells it. */
  readonly trace?: string;
}

/** What a handler may ask of its context, and the parent answers. */
export type CallMethod = 'progress' | 'log' | 'submit' | 'children';

/** `run` and `call` are numbers by which replies find their way. */
export type ToHost =
  | { readonly kind: 'open'; readonly env: HandlerEnv }
  | { readonly kind: 'ping' }
  | { readonly kind: 'run'; readonly run: number; readonly start: HostedStart }
  | { readonly kind: 'abort'; readonly run: number; readonly reason: AbortReason }
  | { readonly kind: 'answer'; readonly call: number; readonly value?: unknown; readonly error?: Thrown };

/** What a run tells of itself. */
export type RunMessage =
  /** It heard that it is to stop, whatever it makes of it: the host's event loop turns. */
  | { readonly kind: 'aborting'; readonly run: number }
  | { readonly kind: 'completed'; readonly run: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly run: number; readonly error: Thrown };

export type FromHost =
  | RunMessage
  | { readonly kind: 'ready' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'call'; readonly run: number; readonly call: number; readonly method: CallMethod; readonly args: readonly unknown[] };
