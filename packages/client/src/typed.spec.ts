import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchJob } from './batch.js';
import type { Job } from './job.js';
import { SchedulerClient } from './scheduler-client.js';
import type { ScheduleInput } from './schedules.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

/*
 * What the compiler must refuse. Each `@ts-expect-error` is an error of the type check (`npm run types`) unless the line
 * below it is one. Nothing here is refused when it runs: that is the gateway's part.
 */

const REQUEST = { url: 'https://billing.internal/hook' };
const MAIL = { to: ['ada@example.com'], subject: 'Your invoice', text: 'It is attached.' };

let gateway: ScriptedGateway;
let client: SchedulerClient;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  gateway.script = [{ status: 200, body: { id: 'io_1', results: [{ status: 201, job: { id: 'io_1' } }], items: [], nextCursor: null } }];
  await gateway.start();
  client = new SchedulerClient({ url: gateway.url, apiKey: 'k' });
});
afterEach(() => gateway.stop());

/** Compiles for values of exactly this type, and for no `any`. */
const expectType = <Expected>() => ({ of: <Actual extends Expected>(_value: 0 extends 1 & Actual ? never : Actual) => {} });

describe('the compiler', () => {
  it('knows the names, the payloads and the options of a submission', async () => {
    await client.submit('http.request', REQUEST, { priority: 2, delay: 1_000, tags: ['a'], orderingKey: 'customer-7' });
    await client.submit('email.send', MAIL);
    // @ts-expect-error: no such job type
    await client.submit('http.requst', REQUEST);
    // @ts-expect-error: the payload of another job type
    await client.submit('email.send', REQUEST);
    // @ts-expect-error: a member that is missing
    await client.submit('email.send', { to: ['ada@example.com'] });
    // @ts-expect-error: a member that is not known
    await client.submit('http.request', { ...REQUEST, uri: '/' });
    // @ts-expect-error: a member of another type
    await client.submit('http.request', { url: 5 });
    // @ts-expect-error: a value that is none of those
    await client.submit('http.request', { ...REQUEST, method: 'FETCH' });
    // @ts-expect-error: a misspelt option
    await client.submit('http.request', REQUEST, { prio: 1 });
    // @ts-expect-error: an option of another type
    await client.submit('http.request', REQUEST, { delay: '5s' });
    expect(gateway.seen).toHaveLength(10);
  });

  it('knows the job types of a batch and of a stream, each with its payload', async () => {
    const good: BatchJob[] = [
      { name: 'http.request', payload: REQUEST, idempotencyKey: 'a' },
      { name: 'email.send', payload: MAIL },
    ];
    expect(good).toHaveLength(2);
    // @ts-expect-error: the payload of another job type
    const bad: BatchJob = { name: 'email.send', payload: REQUEST };
    await client.submitMany([bad]);
    // @ts-expect-error: no such job type
    await client.submitMany([{ name: 'http.requst', payload: REQUEST }]);
    // @ts-expect-error: no such job type
    await collect(client.submitStream([{ name: 'http.requst', payload: REQUEST }]));
    // @ts-expect-error: numbers are no jobs
    expect(() => client.submitStream([1]).return()).not.toThrow();
    // @ts-expect-error: a misspelt option
    await collect(client.submitStream([bad], { parallel: 4 }));
    expect(gateway.seen).toHaveLength(4);
  });

  it('knows the result that goes with a name', async () => {
    const submitted = await client.submit('http.request', REQUEST);
    expectType<number | undefined>().of(submitted.result?.status);
    // @ts-expect-error: the result of another job type
    expect(submitted.result?.messageId).toBeUndefined();
    gateway.script = [{ status: 200, body: { id: 'io_1', state: 'completed', items: [], nextCursor: null } }];
    const waited = await client.waitFor(submitted);
    // @ts-expect-error: the result of another job type
    expect(waited.result?.messageId).toBeUndefined();
    const mail = await client.get<'email.send'>('io_1');
    expectType<readonly string[] | undefined>().of(mail.result?.accepted);
    // @ts-expect-error: the result of another job type
    expect(mail.result?.status).toBeUndefined();
    for await (const job of client.list({ name: 'image.thumbnail' })) expectType<Job<'image.thumbnail'>>().of(job);
    // @ts-expect-error: no such state
    await client.listPage({ state: 'failed' });
    expect(gateway.seen).toHaveLength(5);
  });

  it('knows what a result of many is: a job or an error', async () => {
    const [result] = await client.submitMany([{ name: 'email.send', payload: MAIL }]);
    // @ts-expect-error: there may be none
    expect(result?.job.id).toBe('io_1');
    if (result?.error === undefined) expectType<string | undefined>().of(result?.job.id);
    expect(gateway.seen).toHaveLength(1);
  });

  it('knows what a schedule is', async () => {
    const job = { name: 'http.request', payload: REQUEST } as const;
    await client.schedules.put('nightly', { cron: '0 2 * * *', timezone: 'Europe/Berlin', job });
    // @ts-expect-error: either a pattern or an interval
    await client.schedules.put('nightly', { cron: '0 2 * * *', every: 1_000, job });
    // @ts-expect-error: the payload of another job type
    const bad: ScheduleInput = { every: 1_000, job: { name: 'email.send', payload: REQUEST } };
    await client.schedules.put('nightly', bad);
    expect(gateway.seen).toHaveLength(3);
  });

  it('knows the events of a job by their type', async () => {
    const data = 'event: state\ndata: {"state":"completed","text":"none"}\n\n';
    gateway.script = [{ status: 200, headers: { 'content-type': 'text/event-stream' }, body: data }];
    for await (const event of client.events('io_1')) {
      // @ts-expect-error: only a `log` has one
      expect(event.text).toBe('none');
      if (event.type === 'log') expectType<string>().of(event.text);
    }
    expect(gateway.seen).toHaveLength(1);
  });
});
