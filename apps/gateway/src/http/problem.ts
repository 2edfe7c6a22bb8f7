import { PROBLEMS, type ProblemCode } from './problem-catalogue.js';

/** One wrong place: in the body (`pointer`, RFC 6901) or in the query (`parameter`). */
export interface ProblemEntry {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export interface ProblemDetails {
  readonly errors?: readonly ProblemEntry[];
  readonly jobId?: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly details: ProblemDetails = {},
  ) {
    super(detail);
  }
}

/** The body of an answer. */
export function toProblemBody(problem: Problem, requestId: string) {
  const { status, title } = PROBLEMS[problem.code];
  return { type: `/problems/${problem.code}`, title, status, detail: problem.detail, code: problem.code, ...problem.details, requestId };
}

/** A JSON Pointer (RFC 6901) to where a zod issue was found, below `root`. */
export function toPointer(path: readonly PropertyKey[], root = ''): string {
  return root + path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
