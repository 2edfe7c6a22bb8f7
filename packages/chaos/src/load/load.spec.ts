import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Receiver, startReceiver, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ledger } from '../ledger/ledger.js';
import { readLedger } from '../ledger/read-ledger.js';
import { Timeline } from '../timeline/timeline.js';
import { Load, type LoadOptions } from './load.js';
import { AT_ONCE } from './submission.js';

describe('Load', () => {
  let gateway: Receiver;
  let ledger: Ledger;
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dts-load-'));
    ledger = await Ledger.open(join(dir, 'ledger.jsonl'));
    gateway = await startReceiver();
  });

  afterEach(async () => {
    await gateway.stop();
    await ledger.close();
    await rm(dir, { recursive: true });
  });

  const startLoad = (options: Partial<LoadOptions>) =>
    new Load({
      targets: () => [gateway.url],
      apiKey: 'key',
      ledger,
      timeline: new Timeline(),
      seed: 1,
      name: 'load',
      urlOf: (key) => `http://127.0.0.1/run/${key}`,
      mix: AT_ONCE,
      clients: 4,
      perSecond: 1_000,
      repeatsWithSameKey: true,
      ...options,
    });

  it('repeats with the same key what was refused or left open, until it is acknowledged', async () => {
    gateway.respond = ({ idempotencyKey }, count) => {
      if (count === 1) return { status: 503, body: { code: 'outcome-unknown' } };
      if (count === 2) return 'reset';
      return count === 3 ? { status: 503, body: { code: 'unavailable' } } : { status: 201, body: { id: `id-of-${idempotencyKey}` } };
    };
    const load = startLoad({ total: 3 });
    await load.done();
    expect(gateway.withKey('load-2')).toHaveLength(4);
    const { acknowledged, resolved, unresolved } = await readLedger(ledger.path);
    expect(new Map([...acknowledged].sort())).toEqual(new Map(['load-1', 'load-2', 'load-3'].map((key) => [`id-of-${key}`, key])));
    expect(resolved.size).toBe(3);
    expect(unresolved.size).toBe(0);
    expect(load.troubles.get('503 outcome-unknown')).toBe(3);
  });

  it('repeats with new keys in a control', async () => {
    gateway.respond = (_request, count) => (count === 1 && gateway.requests.length === 1 ? 'reset' : { status: 201, body: { id: 'id' } });
    await startLoad({ total: 1, repeatsWithSameKey: false }).done();
    expect(gateway.requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['load-1', 'load-1.2']);
  });

  it('leaves it at a refusal where it is told to, but never after a doubt', async () => {
    gateway.respond = ({ idempotencyKey }, count) => {
      if (idempotencyKey === 'load-1') return { status: 503, body: { code: 'unavailable' } };
      if (count === 1) return { status: 503, body: { code: 'outcome-unknown' } };
      return count === 2 ? { status: 503, body: { code: 'unavailable' } } : { status: 201, body: { id: 'id' } };
    };
    await startLoad({ total: 2, believed: 100 }).done();
    const { refused, resolved, abandoned } = await readLedger(ledger.path);
    expect([[...refused], [...resolved], abandoned.size]).toEqual([['load-1'], ['load-2'], 0]);
    expect(gateway.requests).toHaveLength(4);
  });

  it('takes each answer of a batch for itself, and repeats only what is open', async () => {
    gateway.respond = ({ body }) => {
      const { jobs } = JSON.parse(String(body)) as { jobs: { idempotencyKey: string }[] };
      const isLate = (key: string) => gateway.requests.length === 1 && key === 'load-2';
      const results = jobs.map(({ idempotencyKey: key }) =>
        isLate(key) ? { status: 503, problem: { code: 'outcome-unknown' } } : { status: 201, job: { id: `id-of-${key}` } },
      );
      return { status: 200, body: { results } };
    };
    await startLoad({ total: 3, batch: 3, clients: 1 }).done();
    expect(gateway.requests.map(({ path }) => path)).toEqual(['/v1/jobs:batch', '/v1/jobs:batch']);
    const { acknowledged, resolved } = await readLedger(ledger.path);
    expect([acknowledged.size, [...resolved]]).toEqual([3, ['load-2']]);
  });

  it('takes the answer to a batch that was refused for that of each', async () => {
    gateway.respond = () => ({ status: 429, body: { code: 'backlog-full' } });
    await startLoad({ total: 2, batch: 2, clients: 1, believed: 100 }).done();
    expect([...(await readLedger(ledger.path)).refused]).toEqual(['load-1', 'load-2']);
  });

  it('gives up in the end, and writes that down', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const load = startLoad({ total: 1, targets: () => [nobody] });
    await waitFor(() => load.troubles.size > 0);
    await load.finish(200);
    const { abandoned, unresolved } = await readLedger(ledger.path);
    expect([[...abandoned], unresolved.size]).toEqual([['load-1'], 0]);
  });
});
