/** What the person at the command line has to mend; the message says what is wrong, where, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly exitCode: 2 | 3 | 4 = 2,
  ) {
    super(message);
  }
}
