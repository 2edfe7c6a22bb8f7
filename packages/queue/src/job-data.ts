import type { FlowLink } from './flows/flow-link.js';

/**
 * What BullMQ keeps as a job's data: the payload as it was submitted, and what is ours. Absent members cost no memory. The
 * payload, which may be large, is written first: what is ours is in the last bytes of the JSON.
 */
export interface JobData {
  readonly payload: unknown;
  readonly tenant: string;
  readonly tags?: readonly string[];
  /** Milliseconds an attempt may take; the definition's unless given. */
  readonly timeout?: number;
  /** Unix milliseconds after which the job must not start any more. */
  readonly startBy?: number;
  /** Of the request that submitted it, for whoever reads logs. */
  readonly requestId?: string;
  /** Of the submission; present with an idempotency key. */
  readonly fingerprint?: string;
  /** Present when the job is part of a flow. */
  readonly flow?: FlowLink;
}

/** Bytes at the end of the JSON in which all that is ours is, but for the links of a flow: 16 tags of 64 characters are the most of it. */
export const OURS_BYTES = 4_096;
