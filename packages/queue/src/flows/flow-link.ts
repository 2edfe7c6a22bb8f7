/**
 * What becomes of a parent when the child fails, for good: it is dead, cancelled or expired.
 *
 * - `fail`: the parent never runs and is dead as well, which its own parent takes as that child's failure.
 * - `ignore`: the parent runs when the others have ended, and is told.
 * - `continue`: the parent runs at once, and is told; the others run on, and it does not wait for them any more.
 * - `remove`: as if there had not been such a child.
 */
export const ON_FAILURE = ['fail', 'ignore', 'continue', 'remove'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

/** Kept with a job that is part of a flow. */
export interface FlowLink {
  /** The flow's, which is that of its root. */
  readonly id: string;
  /** In the order of the submission; all levels below it with the root, the next one with others. */
  readonly children?: readonly ChildLink[];
}

export interface ChildLink {
  readonly id: string;
  readonly name: string;
  readonly onFailure: OnFailure;
  readonly children?: readonly ChildLink[];
}
