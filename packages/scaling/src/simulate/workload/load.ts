/** How jobs come over time. */
export interface Load {
  readonly name: string;
  /** For people, in one sentence. */
  readonly description: string;
  /** How long it lasts. */
  readonly seconds: number;
  /**
   * Jobs that come in the second that begins then.
   * @param draw a number by chance with the given mean, of Poisson's distribution: as of many callers who know nothing of each other
   */
  readonly countAt: (second: number, draw: (mean: number) => number) => number;
}
