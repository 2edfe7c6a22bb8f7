import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Dts } from './dts.js';

interface Flow {
  readonly id: string;
  readonly state: string;
  readonly root: { readonly job: { readonly id: string }; readonly children: readonly unknown[] };
}

describe('dts flows', () => {
  let stack: Stack;
  let receiver: Receiver;
  let folder: string;
  let dts: Dts;

  beforeAll(async () => {
    receiver = await startReceiver();
    receiver.respond = ({ path }) => ({ status: path === '/refuse' ? 400 : 200, body: {} });
    stack = await startStack();
    folder = await mkdtemp(join(tmpdir(), 'dts-flows-'));
    dts = new Dts({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey }, folder);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const node = (path: string, more: object = {}) => ({
    name: 'http.request',
    payload: { url: `${receiver.url}${path}`, method: 'GET' },
    ...more,
  });
  const flow = (more: object = {}) =>
    JSON.stringify(node('/root', { children: [node('/left', { onFailure: 'ignore', children: [node('/leaf')] }), node('/right', more)] }));

  it('submits a tree, waits for its end, and draws it', async () => {
    await writeFile(join(folder, 'flow.json'), flow());
    const ran = await dts.run('flows', 'submit', 'flow.json', '--wait');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^State +completed$/m);
    expect(ran.stdout).toMatch(
      /\n\S+ {2}http\.request {2}completed\n├─ \S+ {2}http\.request {2}completed {2}\(if it fails: ignore\)\n│ {2}└─ \S+ .*\n└─ \S+ .*\n$/,
    );
    const paths = receiver.requests.map(({ path }) => path);
    expect(paths.indexOf('/leaf')).toBeLessThan(paths.indexOf('/left'));
    expect(paths.at(-1)).toBe('/root');
  });

  it('reads standard input, shows and cancels a flow', async () => {
    const submitted = JSON.parse((await dts.pipe(flow({ delay: 3_600_000 }), 'flows', 'submit', '-', '--json')).stdout) as Flow;
    expect(await dts.json<Flow>('flows', 'get', submitted.id)).toMatchObject({
      id: submitted.id,
      state: 'running',
      root: { job: { id: submitted.id } },
    });
    const cancelled = await dts.run('flows', 'cancel', submitted.id);
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringContaining(submitted.id) });
    expect(await dts.run('flows', 'get', 'io_nothing')).toMatchObject({ code: 3, stdout: '' });
  });

  it('lists flows by state, the newest first', async () => {
    const later = flow({ delay: 3_600_000 });
    const [first, second] = [
      await dts.pipe(later, 'flows', 'submit', '-', '--json'),
      await dts.pipe(later, 'flows', 'submit', '-', '--json'),
    ];
    const ids = [second, first].map(({ stdout }) => (JSON.parse(stdout) as Flow).id);
    expect((await dts.run('flows', 'ls', '--state', 'running', '-q')).stdout).toBe(`${ids.join('\n')}\n`);
    const { items } = await dts.json<{ items: object[] }>('flows', 'ls', '--state', 'running,failed', '--limit', '1');
    expect(items).toMatchObject([{ id: ids[0], name: 'http.request', state: 'running', jobs: 4 }]);
    await dts.run('flows', 'cancel', String(ids[0]));
    const shown = await dts.run('flows', 'ls', '--state', 'cancelled');
    expect(shown.stdout).toMatch(/^ID +NAME +STATE +JOBS +SUBMITTED +FINISHED +ERROR\n/);
    expect(shown.stdout).toContain(ids[0]);
    expect(await dts.run('flows', 'ls', '--state', 'dead')).toMatchObject({ code: 2, stderr: expect.stringContaining('state') });
  });

  it('ends with 1 when the flow fails, and points into a tree that is wrong', async () => {
    await writeFile(join(folder, 'fails.json'), JSON.stringify(node('/root', { children: [node('/refuse')] })));
    expect((await dts.run('flows', 'submit', 'fails.json', '--wait')).code).toBe(1);
    await writeFile(join(folder, 'wrong.json'), JSON.stringify(node('/root', { children: [{ name: 'http.request', payload: {} }] })));
    const wrong = await dts.run('flows', 'submit', 'wrong.json');
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^ {2}\/children\/0\/payload\/url +\S/m) });
    expect(await dts.run('flows', 'submit', 'gone.json')).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
  });
});
