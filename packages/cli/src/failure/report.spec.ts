import { SchedulerError } from '@dts/client';
import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { plain } from '../output/palette.js';
import { Interrupted } from '../process/interrupted.js';
import { exitCodeOf, exitCodeOfAll } from './exit-code.js';
import { describeFailure, failureDocument } from './report.js';
import { UsageError } from './usage-error.js';

const invalid = new SchedulerError({
  status: 422,
  code: 'invalid-request',
  title: 'The request does not fit its schema',
  detail: 'The payload does not fit email.send.',
  errors: [
    { pointer: '/payload/subject', detail: 'expected string' },
    { pointer: '/payload/to', detail: 'needs one\x1b[2J' },
    { parameter: 'limit', detail: 'too many' },
  ],
  requestId: 'r-1',
});

describe('describeFailure', () => {
  it('tells title, detail and each wrong place', () => {
    expect(describeFailure(invalid, plain)).toBe(
      [
        'dts: The request does not fit its schema',
        '  The payload does not fit email.send.',
        '  /payload/subject  expected string',
        '  /payload/to       needs one\\u001b[2J',
        '  limit             too many',
        '',
      ].join('\n'),
    );
  });

  it('leaves the lines of a problem lines', () => {
    expect(describeFailure(new UsageError('The policy is not usable:\n  line 2: a\ttab\x1b[2J'), plain)).toBe(
      'dts: The policy is not usable:\n  line 2: a tab\\u001b[2J\n',
    );
  });

  it('tells what kept the answer away, and what to do', () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:3000') });
    const error = new SchedulerError({ status: 0, code: 'network', detail: 'no answer from http://127.0.0.1:3000' }, { cause });
    expect(describeFailure(error, plain)).toMatch(
      /^dts: no answer from .*\n {2}connect ECONNREFUSED .*\n {2}Is it running there\? .*DTS_URL/,
    );
  });

  it('names the request that failed in the gateway, and the job that may be stored', () => {
    const error = new SchedulerError({ status: 503, code: 'outcome-unknown', detail: 'Not known.', requestId: 'r-2', jobId: 'io_1' });
    expect(describeFailure(error, plain)).toMatch(/under request r-2\.\n {2}If it was stored, it is job io_1\./);
  });
});

describe('failureDocument', () => {
  it('is the same for programs', () => {
    expect(failureDocument(invalid)).toMatchObject({
      error: { status: 422, code: 'invalid-request', exitCode: 2, errors: invalid.errors },
    });
    expect(failureDocument(new UsageError('Say --yes.'))).toEqual({ error: { code: 'usage', detail: 'Say --yes.', exitCode: 2 } });
    expect(failureDocument(new UsageError('No API key.', 4))).toMatchObject({ error: { code: 'unauthenticated', exitCode: 4 } });
    const detailOf = (error: Error) => (failureDocument(error) as { error: { detail: string } }).error.detail;
    expect(detailOf(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"))).toBe("unknown option '--x'");
    expect(detailOf(new CommanderError(1, 'commander.help', '(outputHelp)'))).toBe('There is no command: --help lists them.');
  });
});

describe('exitCodeOf', () => {
  const answer = (status: number, code = 'x') => new SchedulerError({ status, code, detail: '' });

  it.each([
    [answer(422), 2],
    [answer(404), 3],
    [answer(405), 2],
    [answer(401), 4],
    [answer(403), 4],
    [answer(429), 5],
    [answer(503), 5],
    [answer(0, 'network'), 5],
    [answer(404, 'bad-answer'), 5],
    [answer(0, 'wait-timeout'), 6],
    [answer(409), 1],
    [answer(500), 1],
    [new UsageError('x'), 2],
    [new UsageError('x', 3), 3],
    [new CommanderError(1, 'commander.unknownOption', 'x'), 2],
    [new CommanderError(0, 'commander.helpDisplayed', 'x'), 0],
    [new Interrupted('SIGINT'), 130],
    [new Interrupted('SIGTERM'), 143],
    [new Error('x'), 1],
  ])('%#: of %s it is %p', (error, code) => expect(exitCodeOf(error)).toBe(code));
});

describe('exitCodeOfAll', () => {
  it.each([
    [[], 0],
    [[3], 3],
    [[2, 3], 1],
  ])('of %j is %p', (failures, code) => expect(exitCodeOfAll(new Set(failures))).toBe(code));
});
