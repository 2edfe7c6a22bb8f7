const LINES = 40;

/** The end of a program's output: where it says what went wrong. */
export function tail(output) {
  return output.trimEnd().split('\n').slice(-LINES).join('\n');
}
