import { type RedisCluster, startCluster, testPrefix } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyPrefix } from '../connection.js';
import { DeploymentKey } from '../deployment-key.js';
import { open, submission } from '../fixtures/open.js';
import { JobLogs } from '../job-logs.js';
import { JOB_STATES } from '../job-record.js';
import { JobLister } from './job-lister.js';

describe('on a cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster?.stop());

  it('jobs are listed page by page, and their logs are read', async () => {
    using opened = await open(cluster.url, keyPrefix(cluster.url, testPrefix()));
    const ids: string[] = [];
    for (const options of [{}, { priority: 5 }, { delay: 60_000 }, { orderingKey: 'a' }, { orderingKey: 'a' }])
      ids.push((await opened.jobs.submit(submission({ options }))).job.id);
    const lister = new JobLister(opened.queues, opened.redis);
    const told: string[] = [];
    for (let page = await lister.list({ states: JOB_STATES }, 2); ; page = await lister.list({ states: JOB_STATES }, 2, page.next)) {
      told.push(...page.items.map(({ id }) => id));
      if (!page.next) break;
    }
    expect(told.sort()).toEqual(ids.sort());
    const job = await opened.jobs.get(ids[0] as string);
    await new JobLogs(opened.redis).append(opened.queues.io.toKey(job.id), 'one');
    await expect(opened.jobs.log(job, 0, 10)).resolves.toEqual({ items: [{ line: 0, text: 'one' }] });
    const key = new DeploymentKey(opened.redis, opened.prefix);
    await expect(key.read()).resolves.toEqual(await key.read());
  }, 30_000);
});
