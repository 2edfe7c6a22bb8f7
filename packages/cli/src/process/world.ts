/** The process around a command. */
export interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly in: NodeJS.ReadStream;
  /** For results, and nothing else. */
  readonly out: NodeJS.WriteStream;
  /** For everything that is said beside them. */
  readonly err: NodeJS.WriteStream;
  /** Its reason is an Interrupted. */
  readonly interrupted: AbortSignal;
}
