import { JOB_DEFINITIONS } from '@dts/jobs';
import { describe, expect, it } from '@jest/globals';
import { Problem } from '../http/problem.js';
import { parseSubmit, submitInput } from './submit.schema.js';

const body = { name: 'http.request', payload: { url: 'http://x.y/' } };
const DAY_MS = 86_400_000;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** The pointers of all that is wrong. */
function wrongPlaces(submission: unknown): string[] {
  try {
    parseSubmit(submission);
    return [];
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-request') throw error;
    return (error.details.errors ?? []).map(({ pointer }) => String(pointer)).sort();
  }
}

describe('parseSubmit', () => {
  it('reads all that a submission may say', () => {
    const backoff = { type: 'exponential', delay: 10, maxDelay: 1_000 };
    const options = {
      delay: 5,
      priority: 10,
      attempts: 3,
      backoff,
      timeout: 1_000,
      tags: ['order:7', 'a/b.c_d-e'],
      orderingKey: 'customer 7',
    };
    const startBy = inAnHour();
    const parsed = parseSubmit({ ...body, ...options, startBy });
    expect(parsed).toEqual({ ...body, options: { ...options, runAt: undefined, startBy: Date.parse(startBy) } });
  });

  it('keeps the time that was given, so that a repetition says the same', () => {
    expect(parseSubmit({ ...body, runAt: '2030-01-31T12:00:00+01:00' }).options.runAt).toBe(Date.parse('2030-01-31T11:00:00Z'));
  });

  it.each([
    ['a body that is no object', [], ['']],
    ['no body', undefined, ['']],
    ['no name', { payload: {} }, ['/name']],
    ['a member that is unknown', { ...body, priorty: 1 }, ['/priorty']],
    ['delay with runAt', { ...body, delay: 1, runAt: inAnHour() }, ['/runAt']],
    ['a time without an offset', { ...body, runAt: '2030-01-31T12:00:00' }, ['/runAt']],
    ['a date that does not exist', { ...body, runAt: '2030-02-30T12:00:00Z' }, ['/runAt']],
    ['a negative delay', { ...body, delay: -1 }, ['/delay']],
    ['a delay of more than a month', { ...body, delay: 31 * DAY_MS + 1 }, ['/delay']],
    ['half a millisecond', { ...body, delay: 0.5 }, ['/delay']],
    ['a number as text', { ...body, attempts: '3' }, ['/attempts']],
    ['priority 0', { ...body, priority: 0 }, ['/priority']],
    ['priority 11', { ...body, priority: 11 }, ['/priority']],
    ['no attempts', { ...body, attempts: 0 }, ['/attempts']],
    ['too many attempts', { ...body, attempts: 101 }, ['/attempts']],
    ['a timeout of nothing', { ...body, timeout: 0 }, ['/timeout']],
    ['half a backoff', { ...body, backoff: { type: 'linear' } }, ['/backoff/delay', '/backoff/type']],
    ['startBy before runAt', { ...body, runAt: '2031-01-01T00:00:00Z', startBy: '2030-01-01T00:00:00Z' }, ['/startBy']],
    ['tags that nobody can search for', { ...body, tags: ['ok', '', 'a b', 'x'.repeat(65)] }, ['/tags/1', '/tags/2', '/tags/3']],
    ['an ordering key of nothing', { ...body, orderingKey: '' }, ['/orderingKey']],
    ['one that is too long', { ...body, orderingKey: 'x'.repeat(129) }, ['/orderingKey']],
    ['one of two lines', { ...body, orderingKey: 'a\nb' }, ['/orderingKey']],
    ['too many tags', { ...body, tags: Array(17).fill('a') }, ['/tags']],
  ])('points at %s', (_what, submission, places) => {
    expect(wrongPlaces(submission)).toEqual(places);
  });

  it('points at everything at once, the payload included', () => {
    const submission = { name: 'email.send', payload: { to: ['nobody'], extra: 1 }, delay: -1, foo: 1, tags: [7] };
    expect(wrongPlaces(submission)).toEqual(
      expect.arrayContaining(['/delay', '/foo', '/payload/extra', '/payload/subject', '/payload/to/0', '/tags/0']),
    );
  });

  it('leaves a payload that is wrong alone to the queue, and a name that is unknown', () => {
    expect(parseSubmit({ name: 'http.request', payload: 7 })).toMatchObject({ payload: 7 });
    expect(parseSubmit({ name: 'no.such', payload: {} })).toMatchObject({ name: 'no.such' });
  });

  it('goes by what was sent, not by the clock: repeated too late, a submission must still be the same', () => {
    expect(parseSubmit({ ...body, runAt: '2019-01-01T00:00:00Z', startBy: '2020-01-01T00:00:00Z' })).toMatchObject({ name: body.name });
  });
});

describe('the described submission', () => {
  it.each(JOB_DEFINITIONS)('takes the example of $name, as does the gateway', ({ name, example }) => {
    expect(submitInput.safeParse({ name, payload: example }).error).toBeUndefined();
    expect(parseSubmit({ name, payload: example })).toMatchObject({ name, payload: example });
  });
});
