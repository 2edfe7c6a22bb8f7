import { setImmediate as turn } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unknownSignal } from './fixtures/decision.js';
import { RawCall } from './fixtures/raw-call.js';
import { Served, type ServeOptions } from './fixtures/serve.js';
import { TestPools } from './fixtures/test-pools.js';
import { externalScalerService as service } from './protocol.js';

const IO = { pool: 'io' };
/** Of one answer: the prefix of a gRPC message and `result`, when it is true. */
const MESSAGE_BYTES = 7;

let pools: TestPools;
let served: Served;

beforeEach(async () => {
  pools = new TestPools('io', 'cpu');
  served = await Served.start(pools);
});
afterEach(() => served.close());

/** Another server than the one that each test has. */
async function servedWith(options: ServeOptions): Promise<Served> {
  await served.close();
  served = await Served.start(pools, options);
  return served;
}

describe('StreamIsActive', () => {
  it('tells at once what holds, and pushes what changes', async () => {
    pools.decide('io', 0);
    const stream = served.client().streamIsActive(IO);
    await waitFor(() => stream.told.length === 1);
    pools.decide('io', 4);
    await waitFor(() => stream.told.length === 2);
    pools.decide('io', 0);
    await waitFor(() => stream.told.length === 3);
    expect(stream.told).toEqual([false, true, false]);
  });

  it('does not repeat itself with every decision', async () => {
    pools.decide('io', 1);
    const stream = served.client().streamIsActive(IO);
    await waitFor(() => stream.told.length === 1);
    for (const workers of [2, 3, 2, 1]) pools.decide('io', workers);
    pools.decide('io', 0);
    await waitFor(() => stream.told.length === 2);
    expect(stream.told).toEqual([true, false]);
  });

  it('is for one pool', async () => {
    pools.decide('io', 0);
    pools.decide('cpu', 0);
    const [io, cpu] = [served.client().streamIsActive(IO), served.client().streamIsActive({ pool: 'cpu' })];
    await waitFor(() => io.told.length === 1 && cpu.told.length === 1);
    pools.decide('io', 1);
    await waitFor(() => io.told.length === 2);
    pools.decide('cpu', 5);
    await waitFor(() => cpu.told.length === 2);
    expect(io.told).toEqual([false, true]);
  });

  it('repeats what holds at every beat', async () => {
    await servedWith({ beatMs: 20 });
    pools.decide('io', 1);
    const stream = served.client().streamIsActive(IO);
    await waitFor(() => stream.told.length > 3);
    expect(new Set(stream.told)).toEqual(new Set([true]));
  });

  it('says nothing while it is not known, beats included, and stays open for when it is', async () => {
    await servedWith({ beatMs: 5 });
    const stream = served.client().streamIsActive(IO);
    await waitFor(() => served.openStreams === 1);
    pools.decide('io', 0, { signal: unknownSignal('Redis is gone') });
    // So many beats have passed on another stream meanwhile.
    pools.decide('cpu', 1);
    const other = served.client().streamIsActive({ pool: 'cpu' });
    await waitFor(() => other.told.length > 5);
    expect(stream.told).toEqual([]);
    pools.decide('io', 2);
    await waitFor(() => stream.told.length > 0);
    expect(stream.told[0]).toBe(true);
  });

  it('does not say inactive when what was known is lost', async () => {
    await servedWith({ beatMs: 5 });
    pools.decide('io', 2);
    const stream = served.client().streamIsActive(IO);
    await waitFor(() => stream.told.length > 0);
    pools.decide('io', 0, { signal: unknownSignal('Redis is gone') });
    const before = stream.told.length;
    pools.decide('cpu', 1);
    const other = served.client().streamIsActive({ pool: 'cpu' });
    await waitFor(() => other.told.length > 5);
    expect(stream.told).not.toContain(false);
    // One may have been on its way when it was lost.
    expect(stream.told.length).toBeLessThanOrEqual(before + 1);
  });

  it('ends with what to do when its pool has gone out of the policy', async () => {
    pools.decide('io', 1);
    const stream = served.client().streamIsActive(IO);
    await waitFor(() => stream.told.length === 1);
    pools.remove('io');
    await expect(stream.ended).resolves.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('write one of "cpu"'),
    });
    await waitFor(() => served.openStreams === 0);
  });
});

describe('a caller of StreamIsActive', () => {
  it('that cancels leaves nothing behind', async () => {
    pools.decide('io', 1);
    const stream = served.client().streamIsActive(IO);
    await waitFor(() => stream.told.length === 1);
    expect([served.openStreams, pools.subscribers('io')]).toEqual([1, 1]);
    stream.call.cancel();
    await expect(stream.ended).resolves.toMatchObject({ code: status.CANCELLED });
    await waitFor(() => served.openStreams === 0 && pools.subscribers('io') === 0);
    pools.decide('io', 0);
  });

  it('that hangs up does not, either', async () => {
    pools.decide('io', 1);
    const call = openRaw();
    await waitFor(() => served.openStreams === 1);
    call.hangUp();
    await waitFor(() => served.openStreams === 0 && pools.subscribers('io') === 0);
  });

  it('that does not read gets what holds when it does, and not all that held in between', async () => {
    pools.decide('io', 1);
    const call = openRaw(2 * MESSAGE_BYTES);
    await waitFor(() => served.openStreams === 1);
    for (let change = 0; change < 1_000; change++) {
      pools.decide('io', change % 2);
      await turn();
    }
    pools.decide('io', 0);
    pools.decide('io', 9);
    const chunks: Buffer[] = [];
    call.stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await waitFor(() => messages(chunks).at(-1) === true && messages(chunks).length > 1);
    served.client();
    await served.stop();
    // What fitted its window, one under way, and the last.
    expect(messages(chunks).length).toBeLessThanOrEqual(5);
    expect(messages(chunks).at(-1)).toBe(true);
    await call.close();
  });

  it('is refused when there are too many, and let in when one has gone', async () => {
    await servedWith({ maxStreams: 2 });
    pools.decide('io', 1);
    const client = served.client();
    const [first, second] = [client.streamIsActive(IO), client.streamIsActive(IO)];
    await waitFor(() => first.told.length === 1 && second.told.length === 1);
    const refused = { code: status.RESOURCE_EXHAUSTED, details: '2 streams are open, and KEDA_STREAMS allows no more' };
    await expect(served.client().streamIsActive(IO).ended).resolves.toMatchObject(refused);
    await expect(client.isActive(IO)).resolves.toEqual({ result: true });
    first.call.cancel();
    await waitFor(() => served.openStreams === 1);
    const third = client.streamIsActive(IO);
    await waitFor(() => third.told.length === 1);
  });
});

describe('a server that stops', () => {
  it('ends its streams with OK, so that KEDA opens them anew at once', async () => {
    pools.decide('io', 1);
    const client = served.client();
    const streams = [client.streamIsActive(IO), client.streamIsActive(IO)];
    await waitFor(() => streams.every(({ told }) => told.length === 1));
    await served.stop();
    await expect(Promise.all(streams.map(({ ended }) => ended))).resolves.toMatchObject([{ code: status.OK }, { code: status.OK }]);
    await expect(client.isActive(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(pools.subscribers('io')).toBe(0);
  });

  it('does not wait for one that does not read', async () => {
    pools.decide('io', 1);
    const call = openRaw(MESSAGE_BYTES);
    await waitFor(() => served.openStreams === 1);
    pools.decide('io', 0);
    pools.decide('io', 1);
    await served.stop();
    await waitFor(() => served.openStreams === 0);
    call.hangUp();
  });
});

function openRaw(initialWindowSize?: number): RawCall {
  const request = service.StreamIsActive.requestSerialize({ name: 'worker', namespace: 'dts', scalerMetadata: IO });
  return RawCall.open(served.port, service.StreamIsActive.path, request, initialWindowSize);
}

/** What was told, of whole messages. */
function messages(chunks: readonly Buffer[]): boolean[] {
  const told: boolean[] = [];
  let rest = Buffer.concat(chunks);
  while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
    const end = 5 + rest.readUInt32BE(1);
    told.push(service.StreamIsActive.responseDeserialize(rest.subarray(5, end)).result);
    rest = rest.subarray(end);
  }
  return told;
}
