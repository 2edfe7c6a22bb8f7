/** Results go to `out`, all else to `err`. */
export interface Output {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
}

export interface Verdict {
  /** What ended the run before it was done. */
  readonly ended?: unknown;
  readonly allWell: boolean;
}
