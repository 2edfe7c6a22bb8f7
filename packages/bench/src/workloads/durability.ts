import type { App } from '@dts/testkit';
import { HTTP_METRICS, httpContender } from '../http-load.js';
import { CONNECTIONS, JOB, PAYLOAD_BYTES } from '../job.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import type { Contender, Lineup, Workload } from '../workload.js';

/** What it costs that nothing acknowledged is lost in a power cut: `synced` against `fast`. */
export const durability: Workload = {
  name: 'durability',
  title: 'DURABILITY=synced beside fast',
  conditions: [
    `${CONNECTIONS} connections, ${PAYLOAD_BYTES}-byte payload`,
    'one Redis for both, emptied before every round; appendfsync is always for synced and everysec for fast',
    'a gateway each; no worker runs',
  ],
  metrics: HTTP_METRICS,
  goals: [],
  isLong: true,
  open,
};

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open());
  const { stack, redis } = stage;
  const fast = await stack.start('gateway', { DURABILITY: 'fast' });
  const contender = (name: string, appendfsync: string, gateway: App): Contender => {
    const load = { url: `${gateway.url}/v1/jobs`, apiKey: stack.apiKey, body: JOB, connections: CONNECTIONS };
    const posting = httpContender(name, `appendfsync ${appendfsync}`, load, [gateway.pid, stack.redis.pid], plan);
    const run = async (signal: AbortSignal) => {
      await redis.config('SET', 'appendfsync', appendfsync);
      return posting.run(signal);
    };
    return { ...posting, run };
  };
  const contenders = [contender('synced', 'always', stack.gateway), contender('fast', 'everysec', fast)];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
