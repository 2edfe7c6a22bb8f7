import { afterEach, describe, expect, it } from '@jest/globals';
import { type Receiver, startReceiver } from './receiver.js';

let receiver: Receiver | undefined;
afterEach(() => receiver?.close());

describe('startReceiver', () => {
  it('tells the number of each request, and answers 204', async () => {
    const arrivals: number[] = [];
    receiver = await startReceiver((number) => arrivals.push(number));
    const response = await fetch(`${receiver.url}/17`, { method: 'POST', body: '{"number":17}' });
    await fetch(`${receiver.url}/17`);
    await fetch(`${receiver.url}/favicon.ico`);
    expect(response.status).toBe(204);
    expect(arrivals).toEqual([17, 17, Number.NaN]);
  });

  it('takes a thousand requests at once', async () => {
    const arrivals = new Set<number>();
    receiver = await startReceiver((number) => arrivals.add(number));
    const { url } = receiver;
    const statuses = await Promise.all(Array.from({ length: 1_000 }, async (_, number) => (await fetch(`${url}/${number}`)).status));
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect(arrivals.size).toBe(1_000);
  });
});
