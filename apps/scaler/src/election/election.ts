/** Which of several scalers acts. The others watch, serve what they see, and stand by. */
export interface Election {
  /** @param onTerm called whenever a term of this one begins */
  start(onTerm: () => void): void;
  /** Gives the lead up, so that another one can take it at once. */
  stop(): Promise<void>;
  /** The fencing token of this one's term, larger than that of any before: only while it certainly leads. */
  readonly token: number | undefined;
  /** Who leads, for people; undefined while that is not known. */
  readonly leader: string | undefined;
}

/** Injection token. */
export const ELECTION = Symbol('ELECTION');
