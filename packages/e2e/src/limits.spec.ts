import { type Stack, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

interface Refusal {
  readonly code: string;
}

describe('limits', () => {
  let stack: Stack;
  let api: Api;

  beforeAll(async () => {
    stack = await startStack({ apps: [], appEnv: { gateway: { BACKLOG_LIMIT: '5' } } });
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(() => stack?.stop());

  it('answers 429 with Retry-After once a queue is full, and repeats what it has acknowledged all the same', async () => {
    const submit = (key: string) =>
      api.call<Refusal>('POST', '/v1/jobs', { name: 'http.request', payload: { url: 'http://service.test/' } }, { 'idempotency-key': key });
    expect((await submit('first')).status).toBe(201);
    let number = 0;
    const refused = await waitFor(async () => {
      const answer = await submit(`more-${number++}`);
      return answer.status === 429 && answer;
    });
    expect(refused.body.code).toBe('backlog-full');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await submit('first')).status).toBe(200);
    expect(
      (
        await api.call('POST', '/v1/jobs', {
          name: 'image.thumbnail',
          payload: { sourceUrl: 'http://a.test/', destinationUrl: 'http://b.test/', width: 1 },
        })
      ).status,
    ).toBe(201);
  });
});
