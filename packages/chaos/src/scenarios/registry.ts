import { clockJump } from './clock-jump.js';
import { diskFull } from './disk-full.js';
import { fetchReplyLost } from './fetch-reply-lost.js';
import { flowKills } from './flow-kills.js';
import { fsyncStall } from './fsync-stall.js';
import { gatewayFirst } from './gateway-first.js';
import { gatewayKill } from './gateway-kill.js';
import { loopBlocked } from './loop-blocked.js';
import { memoryFull } from './memory-full.js';
import { poisonJobs } from './poison-job.js';
import { polyglotKill } from './polyglot-kill.js';
import { powerCut } from './power-cut.js';
import { randomMix } from './random-mix.js';
import { redisKill } from './redis-kill.js';
import { redisPause, redisRestart } from './redis-outage.js';
import { replicaPromoted } from './replica-promoted.js';
import { rollingRestart } from './rolling-restart.js';
import { rollingUpgrade } from './rolling-upgrade.js';
import type { Scenario } from './scenario.js';
import { schedulerKill } from './scheduler-kill.js';
import { stopWithoutRedis } from './stop-without-redis.js';
import { submitReplyLost } from './submit-reply-lost.js';
import { tenThousands } from './ten-thousand.js';
import { twoVersions } from './two-versions.js';
import { workerBlocked } from './worker-blocked.js';
import { workerKills } from './worker-kill.js';

/** The matrix, in the order in which it is played. */
export const SCENARIOS: readonly Scenario[] = [
  redisKill,
  powerCut,
  fsyncStall,
  diskFull,
  memoryFull,
  redisPause,
  redisRestart,
  submitReplyLost,
  fetchReplyLost,
  ...workerKills,
  ...tenThousands,
  polyglotKill,
  workerBlocked,
  loopBlocked,
  rollingRestart,
  rollingUpgrade,
  stopWithoutRedis,
  ...poisonJobs,
  gatewayKill,
  gatewayFirst,
  flowKills,
  schedulerKill,
  clockJump,
  replicaPromoted,
  twoVersions,
  randomMix,
];

export function findScenario(name: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.name === name);
}
