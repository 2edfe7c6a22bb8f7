import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Certificates, createCertificates } from './certificates.js';
import { type RedisCluster, startCluster } from './cluster.js';
import { type ReplicaSet, startReplicaSet } from './replica-set.js';
import { type SentinelGroup, startSentinel } from './sentinel.js';
import { startTlsRedis, type TlsRedisServer } from './tls-redis.js';

const KEY = '{jobs}:1';
let started: ReplicaSet | SentinelGroup | RedisCluster | TlsRedisServer | undefined;
let certificates: Certificates | undefined;

afterEach(async () => {
  await started?.stop();
  await certificates?.remove();
});

describe('startReplicaSet', () => {
  it('copies what the master takes to the replicas, of which any can be promoted', async () => {
    const set = await startReplicaSet({ replicas: 2, config: { requirepass: 'secret' } });
    started = set;
    await set.master.call('SET', KEY, 'kept');
    await expect(set.master.call('WAIT', 2, 5_000)).resolves.toBe(2);
    const [replica] = set.replicas;
    await expect(replica?.call('SET', KEY, 'changed')).rejects.toThrow('READONLY');
    await set.master.kill();
    if (replica) await set.promote(replica);
    await expect(replica?.call('GET', KEY)).resolves.toBe('kept');
    await expect(replica?.call('SET', KEY, 'changed')).resolves.toBe('OK');
  });
});

describe('startSentinel', () => {
  it('promotes a replica when the master is killed, and on demand', async () => {
    const group = await startSentinel();
    started = group;
    expect(group.url).toMatch(/^redis\+sentinel:\/\/127\.0\.0\.1:\d+,127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/mymaster$/);
    const first = await group.master();
    const second = await group.failover();
    await second.kill();
    const third = await group.untilPromoted(second);
    expect([second === first, third === second]).toEqual([false, false]);
    await expect(third.call('SET', KEY, 'taken')).resolves.toBe('OK');
  });

  it('asks for passwords and TLS', async () => {
    certificates = await createCertificates();
    const group = await startSentinel({ tls: certificates, config: { requirepass: 'data' }, sentinelPassword: 'watch' });
    started = group;
    expect(group.url).toMatch(/^rediss\+sentinel:/);
    const [sentinel] = group.sentinels;
    const tls = { ca: certificates.ca };
    await expect(answer({ port: sentinel?.port, tls })).rejects.toThrow('NOAUTH');
    await expect(answer({ port: sentinel?.port, tls, password: 'watch' })).resolves.toBe('PONG');
    await expect(answer({ port: group.data.master.port, tls })).rejects.toThrow('NOAUTH');
  });
});

describe('startCluster', () => {
  it('shares the keys among masters, and promotes a replica', async () => {
    const cluster = await startCluster({ replicas: 1 });
    started = cluster;
    const master = await cluster.masterOf(KEY);
    await master.call('SET', KEY, 'kept');
    await expect(master.call('WAIT', 1, 5_000)).resolves.toBe(1);
    await master.kill();
    const promoted = await cluster.untilPromoted(KEY, master);
    await expect(promoted.call('GET', KEY)).resolves.toBe('kept');
  });

  it('moves a slot with its keys', async () => {
    const cluster = await startCluster();
    started = cluster;
    const master = await cluster.masterOf(KEY);
    const other = cluster.nodes.find((node) => node !== master) ?? master;
    await master.call('SET', KEY, 'moved');
    await cluster.moveSlotOf(KEY, other);
    await expect(master.call('GET', KEY)).rejects.toThrow('MOVED');
    await expect(other.call('GET', KEY)).resolves.toBe('moved');
    await expect(cluster.masterOf(KEY)).resolves.toBe(other);
  });
});

describe('startTlsRedis', () => {
  it('speaks TLS only, with a certificate that no one trusts unasked', async () => {
    const server = await startTlsRedis();
    started = server;
    const { port } = server;
    await expect(answer({ port, tls: { ca: server.certificates.ca } })).resolves.toBe('PONG');
    await expect(answer({ port, tls: {} })).rejects.toThrow('self-signed certificate in certificate chain');
    await expect(server.call('CONFIG', 'GET', 'port')).resolves.toEqual(['port', '0']);
  });
});

async function answer(options: { port?: number; tls?: object; password?: string }): Promise<string> {
  const client = new Redis({ host: '127.0.0.1', ...options, lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  const failed = new Promise<never>((_, reject) => client.once('error', reject));
  try {
    return await Promise.race([
      failed,
      client.connect().then(
        () => client.ping(),
        () => failed,
      ),
    ]);
  } finally {
    client.disconnect();
  }
}
