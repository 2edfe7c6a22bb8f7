import type { FlowLink } from './flows/flow-link.js';

/** What BullMQ keeps as a job's data: the payload as it was submitted, and what is ours. Absent members cost no memory. */
export interface JobData {
  readonly payload: unknown;
  readonly tenant: string;
  readonly tags?: readonly string[];
  /** Milliseconds an attempt may take; the definition's unless given. */
  readonly timeout?: number;
  /** Unix milliseconds after which the job must not start any more. */
  readonly startBy?: number;
  /** Of the submission; present with an idempotency key. */
  readonly fingerprint?: string;
  /** Present when the job is part of a flow. */
  readonly flow?: FlowLink;
}
