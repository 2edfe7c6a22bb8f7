/** In an answer to a job's call: what the process that runs the job shall do to itself. */
export const CONDUCT_HEADER = 'x-chaos-conduct';

/** Die by SIGKILL, leave by itself, use up its memory, or stand still for so many milliseconds. */
export type Conduct = 'kill' | 'exit' | 'memory' | `block ${number}`;

export function isFatal(conduct: Conduct): boolean {
  return !conduct.startsWith('block');
}
