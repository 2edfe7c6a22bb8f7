import { type RedisCluster, type ReplicaSet, startCluster, startReplicaSet, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { keyPrefix } from '../connection.js';
import { type Opened, open } from '../fixtures/open.js';
import { newName, Scheduling, specOf } from '../fixtures/scheduling.js';

const PATIENTLY = { timeoutMs: 15_000 };
const DAILY = specOf({ timing: { cron: '0 0 * * *' } });

let servers: ReplicaSet | RedisCluster;
let opened: Opened;

afterEach(async () => {
  opened?.[Symbol.dispose]();
  await servers.stop();
});

describe('with replicas', () => {
  it('a schedule is acknowledged, and its end, once all of them have it', async () => {
    const set = await startReplicaSet();
    servers = set;
    opened = await open(set.master.url, testPrefix(), 1);
    await using scheduling = new Scheduling(opened);
    const name = newName();
    await waitFor(() => scheduling.schedules.put(name, DAILY), PATIENTLY);
    const key = `${opened.prefix}:schedule:acme/${name.id}`;
    expect(await Promise.all(set.replicas.map((replica) => replica.call('EXISTS', key)))).toEqual(set.replicas.map(() => 1));
    set.replicas[0]?.pause();
    for (const change of [
      () => scheduling.schedules.put(newName(), DAILY),
      () => scheduling.schedules.pause(name),
      () => scheduling.schedules.remove(name),
    ]) {
      await expect(change()).rejects.toMatchObject({ code: 'outcome-unknown' });
    }
    set.replicas[0]?.resume();
    await waitFor(() => scheduling.schedules.put(name, DAILY), PATIENTLY);
  });
});

describe('in a cluster', () => {
  it('schedules run, and leave nothing behind', async () => {
    servers = await startCluster();
    opened = await open(servers.url, keyPrefix(servers.url, testPrefix()));
    await using scheduling = new Scheduling(opened).start();
    const name = newName();
    await scheduling.schedules.put(name, specOf({ timing: { every: 1_000, limit: 2 } }));
    await waitFor(async () => (await opened.storedIds()).length === 2 && scheduling.counts.started === 2, PATIENTLY);
    await expect(scheduling.schedules.list(10, { tenant: 'acme' })).resolves.toMatchObject({ items: [{ ...name, state: { runs: 2 } }] });
    await scheduling.schedules.remove(name);
    await expect(scheduling.schedules.list(10, {})).resolves.toEqual({ items: [] });
  });
});
