import { type App, type Receiver, type Responder, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { Api } from './api.js';

interface FlowNode {
  readonly job: { readonly id: string; readonly state: string; readonly error: { readonly code: string } | null };
  readonly children: readonly FlowNode[];
}
interface Flow {
  readonly id: string;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly root: FlowNode;
}

const PATIENTLY = { timeoutMs: 30_000 };

describe('flows', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;
  let image: Buffer;

  beforeAll(async () => {
    image = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    receiver = await startReceiver();
    stack = await startStack();
    api = new Api(stack.url, stack.apiKey);
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });
  beforeEach(() => {
    receiver.respond = serve;
    receiver.requests.splice(0);
  });

  const serve: Responder = ({ path }) => (path === '/image' ? { headers: { 'content-type': 'image/png' }, body: image } : { body: {} });
  const request = (path: string, changes: object = {}) => ({
    name: 'http.request',
    payload: { method: 'GET', url: `${receiver.url}/${path}` },
    ...changes,
  });
  /** Three levels on two queues: calls before a thumbnail, and the root last. */
  const tree = (name: string) => {
    const payload = { sourceUrl: `${receiver.url}/image`, destinationUrl: `${receiver.url}/${name}/thumbnail`, width: 10 };
    const thumbnail = { name: 'image.thumbnail', payload, children: [request(`${name}/a`), request(`${name}/b`)] };
    return request(`${name}/root`, { children: [thumbnail, request(`${name}/c`)] });
  };
  const submit = (body: unknown, key?: string) =>
    api.call<Flow>('POST', '/v1/flows', body, key === undefined ? {} : { 'idempotency-key': key });
  const get = async (id: string) => (await api.call<Flow>('GET', `/v1/flows/${id}`)).body;
  const pathsOf = (name: string) => receiver.requests.map(({ path }) => path).filter((path) => path.startsWith(`/${name}/`));
  const untilCompleted = async (id: string) => {
    expect(await api.wait(id, 40)).toMatchObject({ id, state: 'completed' });
    expect(await get(id)).toMatchObject({ state: 'completed', counts: { completed: 5 } });
  };

  it('run children before parents, across queues, whatever becomes of a worker', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    receiver.respond = async (received, count) => {
      if (received.path === '/killed/b') await held;
      return serve(received, count);
    };
    const { status, body } = await submit(tree('killed'));
    expect([status, body.counts]).toEqual([201, { 'waiting-children': 2, waiting: 3 }]);
    await waitFor(() => pathsOf('killed').includes('/killed/b'), PATIENTLY);
    await (stack.apps.get('worker') as App).program.kill();
    release();
    await stack.start('worker');
    await untilCompleted(body.id);
    const paths = pathsOf('killed');
    const first = (path: string) => paths.indexOf(`/killed/${path}`);
    const last = (path: string) => paths.lastIndexOf(`/killed/${path}`);
    expect(first('thumbnail')).toBeGreaterThan(Math.max(last('a'), last('b')));
    expect(first('root')).toBeGreaterThan(Math.max(last('thumbnail'), last('c')));
  }, 60_000);

  it('keep to the order of their keys, parents and children alike', async () => {
    let running = 0;
    let most = 0;
    receiver.respond = async (received, count) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return serve(received, count);
    };
    const ordered = (path: string, changes: object = {}) => request(path, { orderingKey: 'account-7', ...changes });
    const children = Array.from({ length: 4 }, (_, index) => ordered(`ordered/${index}`, { children: [ordered(`ordered/${index}/leaf`)] }));
    const { body } = await submit(ordered('ordered/root', { children }));
    expect(await api.wait(body.id, 40)).toMatchObject({ state: 'completed' });
    expect([most, pathsOf('ordered').length, pathsOf('ordered').at(-1)]).toEqual([1, 9, '/ordered/root']);
  }, 60_000);

  it('are there as a whole or not at all when a gateway is killed over them, and once when they are repeated', async () => {
    const gateway = await stack.start('gateway');
    const doomed = new Api(gateway.url, stack.apiKey);
    const names = Array.from({ length: 40 }, (_, index) => `flow-${index}`);
    let answered = 0;
    const sent = names.map((name) =>
      doomed.call('POST', '/v1/flows', tree(name), { 'idempotency-key': name }).then(
        () => answered++,
        () => undefined,
      ),
    );
    await waitFor(() => answered > 0, PATIENTLY);
    await gateway.program.kill();
    await Promise.all(sent);
    const flows = await Promise.all(names.map((name) => submit(tree(name), name)));
    expect(flows.map(({ status }) => status)).toEqual(names.map(() => expect.any(Number)));
    expect(flows.filter(({ status }) => status > 201)).toEqual([]);
    for (const { body } of flows) await untilCompleted(body.id);
    for (const name of names)
      expect([...pathsOf(name)].sort()).toEqual(['a', 'b', 'c', 'root', 'thumbnail'].map((path) => `/${name}/${path}`));
  }, 90_000);

  it('that died of a child come back to life: the child is retried, or all are redriven', async () => {
    receiver.respond = (received, count) => (received.path.endsWith('/leaf') ? { status: 404 } : serve(received, count));
    const chain = (name: string) =>
      request(`${name}/root`, { children: [request(`${name}/middle`, { children: [request(`${name}/leaf`)] })] });
    const [byHand, byRedrive] = (await Promise.all(['hand', 'redrive'].map((name) => submit(chain(name))))).map(({ body }) => body);
    if (!byHand || !byRedrive) throw new Error('the flows were not taken');
    for (const { id } of [byHand, byRedrive])
      expect(await api.wait(id, 30)).toMatchObject({ state: 'dead', error: { code: 'child-failed' } });
    receiver.respond = serve;
    const jobs = (node: FlowNode): string[] => [node.job.id, ...node.children.flatMap(jobs)];
    const retry = (id = '') => api.call<{ code?: string; state?: string }>('POST', `/v1/jobs/${id}:retry`);
    const [root, , leaf] = jobs(byHand.root);
    expect((await retry(root)).body).toMatchObject({ code: 'not-retryable' });
    expect((await retry(leaf)).body).toMatchObject({ state: expect.stringMatching(/^(waiting|active|completed)$/) });
    expect(await api.wait(byHand.id, 30)).toMatchObject({ state: 'completed' });
    await api.call('POST', '/v1/dead-letters:redrive', { filter: {} });
    await waitFor(async () => (await api.wait(byRedrive.id, 1)).state === 'completed', PATIENTLY);
    for (const name of ['hand', 'redrive'])
      expect(pathsOf(name).slice(-3)).toEqual(['leaf', 'middle', 'root'].map((path) => `/${name}/${path}`));
  }, 60_000);

  it('end as their failure modes say, and are cancelled as a whole', async () => {
    receiver.respond = (received, count) => (received.path === '/gone' ? { status: 404 } : serve(received, count));
    const gone = (onFailure: string) => request('gone', { onFailure });
    const ends = await Promise.all(
      ['fail', 'ignore', 'continue', 'remove'].map((mode) => submit(request(`${mode}/root`, { children: [gone(mode)] }))),
    );
    await Promise.all(ends.map(({ body }) => api.wait(body.id, 30)));
    const flows = await Promise.all(ends.map(({ body }) => get(body.id)));
    expect(flows.map(({ state, root }) => [state, root.job.error?.code])).toEqual([
      ['failed', 'child-failed'],
      ['completed', undefined],
      ['completed', undefined],
      ['completed', undefined],
    ]);
    const { body } = await submit(request('late/root', { children: [request('late/child', { delay: 60_000 })] }));
    await expect(api.call<Flow>('DELETE', `/v1/flows/${body.id}`)).resolves.toMatchObject({
      body: { state: 'cancelled', counts: { cancelled: 2 } },
    });
    await waitFor(async () => (await api.wait(body.id, 5)).state === 'cancelled', PATIENTLY);
    expect(pathsOf('late')).toEqual([]);
  }, 60_000);
});
