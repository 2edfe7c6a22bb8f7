import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, type Stack, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';
import { killCaller } from './kill-caller.js';

const CRASHES_ALLOWED = 3;

describe('a job that crashes its worker, each time it runs', () => {
  let stack: Stack;
  let poisonous: Server;
  const victims: number[] = [];

  beforeAll(async () => {
    poisonous = createServer((request, response) => {
      if (request.url === '/poison') victims.push(killCaller(Number(request.socket.remotePort)));
      else response.end('fine');
    });
    poisonous.listen(0, '127.0.0.1');
    await once(poisonous, 'listening');
    stack = await startStack({ appEnv: { worker: { LOCK_DURATION: '1000' } } });
  });

  afterAll(async () => {
    await stack?.stop();
    poisonous.close();
  });

  /** What a supervisor does: a worker that died is started again. */
  async function keepWorking(until: Promise<unknown>): Promise<void> {
    let over = false;
    const stopped = until.then(() => {
      over = true;
    });
    for (let worker = stack.apps.get('worker') as App; !over; worker = over ? worker : await stack.start('worker')) {
      await Promise.race([worker.program.exited, stopped]);
    }
  }

  it('is quarantined after three, then dead, and its neighbours are done', async () => {
    const api = new Api(stack.url, stack.apiKey);
    const url = `http://127.0.0.1:${(poisonous.address() as AddressInfo).port}`;
    const poison = await api.submit('http.request', { url: `${url}/poison`, method: 'GET' });
    const neighbours = await Promise.all(Array.from({ length: 20 }, () => api.submit('http.request', { url: `${url}/ok`, method: 'GET' })));
    const ended = Promise.all([poison, ...neighbours].map((id) => api.wait(id, 50)));
    await keepWorking(ended);
    const [dead, ...done] = await ended;
    expect(dead).toMatchObject({ state: 'dead', error: { code: 'crashed-its-worker' } });
    expect(done.map((job) => job.state)).toEqual(neighbours.map(() => 'completed'));
    // Three workers, and the process that the quarantine gave it.
    expect(victims).toHaveLength(CRASHES_ALLOWED + 1);
    expect(new Set(victims).size).toBe(CRASHES_ALLOWED + 1);
  }, 60_000);
});
