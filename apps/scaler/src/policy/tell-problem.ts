const MOST_LINES = 20;
const MOST_CHARACTERS = 300;

/** What is wrong with a policy, as much of it as anybody reads: a file of another kind has thousands of wrong places. */
export function tellProblem({ message }: Error): string {
  const lines = message.split('\n').map((line) => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)} …` : line));
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `  … and ${more} more`].join('\n') : lines.join('\n');
}
