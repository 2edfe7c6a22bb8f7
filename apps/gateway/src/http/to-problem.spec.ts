import { QueueError } from '@dts/queue';
import { describe, expect, it } from '@jest/globals';
import { NotFoundException } from '@nestjs/common';
import { Problem } from './problem.js';
import { toProblem } from './to-problem.js';

describe('toProblem', () => {
  it('leaves a problem as it is', () => {
    const problem = new Problem('not-found', 'x');
    expect(toProblem(problem)).toBe(problem);
  });

  it('points at the wrong places of a payload', () => {
    const issues = [
      { path: ['to', 0], message: 'm1' },
      { path: [], message: 'm2' },
    ];
    expect(toProblem(new QueueError('invalid-payload', 'Wrong.', { issues }))).toMatchObject({
      code: 'invalid-request',
      details: {
        errors: [
          { pointer: '/payload/to/0', detail: 'm1' },
          { pointer: '/payload', detail: 'm2' },
        ],
      },
    });
  });

  it('says that repeating is safe when the outcome is unknown, and only then', () => {
    const unknown = toProblem(new QueueError('outcome-unknown', 'No answer.', { jobId: 'io_1' }));
    expect(unknown).toMatchObject({ detail: expect.stringContaining('same Idempotency-Key'), details: { jobId: 'io_1' } });
    const refused = toProblem(new QueueError('unavailable', 'OOM.', { jobId: 'io_1' }));
    expect(refused).toMatchObject({ code: 'unavailable', detail: 'OOM.', details: { jobId: 'io_1' } });
  });

  it('names what the framework refuses', () => {
    const tooLarge = Object.assign(new Error('too large'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 });
    expect(toProblem(tooLarge)).toMatchObject({ code: 'payload-too-large', detail: expect.stringContaining('256 KiB') });
    expect(toProblem(new NotFoundException('Cannot GET /x'))).toMatchObject({ code: 'not-found', detail: 'Cannot GET /x' });
  });

  it.each([[new TypeError('bug')], [Object.assign(new Error('teapot'), { statusCode: 418 })], ['thrown text'], [undefined]])(
    'does not pretend to know %p',
    (error) => expect(toProblem(error)).toBeUndefined(),
  );
});
