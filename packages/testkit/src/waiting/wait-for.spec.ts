import { describe, expect, it } from '@jest/globals';
import { waitFor } from './wait-for.js';

describe('waitFor', () => {
  it('returns the first truthy value', async () => {
    let calls = 0;
    await expect(waitFor(() => (++calls < 3 ? undefined : calls))).resolves.toBe(3);
  });

  it('asks again after an error', async () => {
    let calls = 0;
    const value = await waitFor(async () => {
      if (++calls < 3) throw new Error('not yet');
      return 'there';
    });
    expect(value).toBe('there');
  });

  it('tells the last value when time is up', async () => {
    const waiting = waitFor(() => null, { timeoutMs: 50, describe: 'the end of time' });
    await expect(waiting).rejects.toThrow('timed out after 50 ms waiting for the end of time; last value: null');
  });

  it('tells the last error when time is up', async () => {
    const fail = () => {
      throw new Error('ECONNREFUSED');
    };
    await expect(waitFor(fail, { timeoutMs: 50, describe: 'a server' })).rejects.toThrow('waiting for a server; last error: ECONNREFUSED');
  });
});
