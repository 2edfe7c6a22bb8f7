/** Something that must hold beside the audit, and whether it did. */
export interface Expectation {
  readonly what: string;
  readonly holds: boolean;
  /** The measured figure. */
  readonly detail: string;
}
