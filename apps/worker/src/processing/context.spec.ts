import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { toHandlerContext } from './context.js';
import { Deadline } from './deadline.js';
import { JobStarts } from './fixtures/job-starts.js';

describe("a handler's context", () => {
  it('belongs to what the attempt belongs to, whoever calls it from wherever: a sandbox calls from outside of its trace', async () => {
    using starts = await JobStarts.open();
    const trace = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const start = { ...(await starts.add('done')), log: async () => void seen.push(trace.getStore()) };
    const deadline = new Deadline(60_000, undefined);
    const context = trace.run('of the attempt', () => toHandlerContext(start, deadline, () => false));
    await trace.run('of another', () => context.log('x'));
    await context.log('x');
    await deadline.race(Promise.resolve());
    expect(seen).toEqual(['of the attempt', 'of the attempt']);
  });
});
