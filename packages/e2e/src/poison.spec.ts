import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, type Stack, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';
import { killCaller } from './kill-caller.js';

const CRASHES_ALLOWED = 3;
const NEIGHBOURS = 200;

/** Jobs beside which one ends the process that runs it, each time. The neighbours are never done before the quarantine. */
class PoisonousService {
  readonly victims: number[] = [];
  private readonly server = createServer((request, response) => this.answer(request, response));
  private readonly held: ServerResponse[] = [];
  private poison?: IncomingMessage;

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/poison') this.poison = request;
    else if (this.inQuarantine) response.end('fine');
    else this.held.push(response);
    if (this.poison && (this.inQuarantine || this.held.length === NEIGHBOURS)) this.kill(this.poison);
  }

  private get inQuarantine(): boolean {
    return this.victims.length >= CRASHES_ALLOWED;
  }

  private kill({ socket }: IncomingMessage): void {
    this.poison = undefined;
    this.held.length = 0;
    this.victims.push(killCaller(Number(socket.remotePort)));
  }
}

describe('a job that crashes its worker, each time it runs', () => {
  let stack: Stack;
  let service: PoisonousService;

  beforeAll(async () => {
    service = await new PoisonousService().listen();
    stack = await startStack({ appEnv: { worker: { LOCK_DURATION: '1000' } } });
  });

  afterAll(async () => {
    await stack?.stop();
    service.close();
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

  it('is quarantined with its neighbours after three, then dead, and they are done', async () => {
    const api = new Api(stack.url, stack.apiKey);
    const submit = (path: string) => api.submit('http.request', { url: service.url + path, method: 'GET' });
    const poison = await submit('/poison');
    const neighbours = await Promise.all(Array.from({ length: NEIGHBOURS }, () => submit('/ok')));
    const ended = Promise.all([poison, ...neighbours].map((id) => api.wait(id, 59)));
    await keepWorking(ended);
    const [dead, ...done] = await ended;
    expect(dead).toMatchObject({ state: 'dead', attemptsMade: 1, error: { code: 'crashed-its-worker' } });
    expect(new Set(done.map(({ state, attemptsMade }) => `${state} ${attemptsMade}`))).toEqual(new Set(['completed 1']));
    // Three workers, then processes of the quarantine: one for all, and then for halves, down to the one of its own.
    expect(service.victims.length).toBeGreaterThan(CRASHES_ALLOWED);
    expect(service.victims.length).toBeLessThanOrEqual(CRASHES_ALLOWED + Math.ceil(Math.log2(NEIGHBOURS + 1)) + 1);
    expect(new Set(service.victims).size).toBe(service.victims.length);
  }, 90_000);
});
