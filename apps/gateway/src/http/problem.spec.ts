import { describe, expect, it } from '@jest/globals';
import { Problem, toPointer, toProblemBody } from './problem.js';
import { PROBLEMS } from './problem-catalogue.js';

describe('toPointer', () => {
  it.each([
    [[], '', ''],
    [[], '/payload', '/payload'],
    [['url'], '/payload', '/payload/url'],
    [['to', 0, 'name'], '', '/to/0/name'],
    [['a/b', 'c~d', '~1', ''], '', '/a~1b/c~0d/~01/'],
  ])('%j below %p is %p (RFC 6901)', (path, root, pointer) => {
    expect(toPointer(path, root)).toBe(pointer);
  });
});

describe('toProblemBody', () => {
  it('tells status and title by the code, and what is known beside', () => {
    const problem = new Problem('outcome-unknown', 'Nobody knows.', { jobId: 'io_1' });
    expect(toProblemBody(problem, 'r1')).toEqual({
      type: '/problems/outcome-unknown',
      title: 'The outcome is not known',
      status: 503,
      detail: 'Nobody knows.',
      code: 'outcome-unknown',
      jobId: 'io_1',
      requestId: 'r1',
    });
  });

  it('has kebab-case codes and error statuses only', () => {
    for (const [code, { status, title, remedy }] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(remedy).toMatch(/^[A-Z][^|]*[^.]$/); // a cell of a table
    }
  });
});
