import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { auditRedis } from '../audit/audit-redis.js';
import { readLedger } from '../ledger/read-ledger.js';
import type { Profile } from '../profile.js';
import { Random } from '../random.js';
import type { Shim } from '../redis/shim.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Arm } from '../stage/arm.js';
import { Stage } from '../stage/stage.js';
import { judge } from './judge.js';
import type { ArmResult, ScenarioResult } from './result.js';

export interface PlayOptions {
  readonly seed: number;
  readonly profile: Profile;
  /** Takes a folder for each scenario. */
  readonly out: string;
  /** Compiled at its first use. */
  readonly shim: () => Promise<Shim>;
  readonly report: (line: string) => void;
  /** Ends the run; what it started is taken down. */
  readonly signal: AbortSignal;
}

/** Plays both arms of a scenario with the same schedule, and judges. */
export async function playScenario(scenario: Scenario, options: PlayOptions): Promise<ScenarioResult> {
  const { play: _play, obstacle, ...description } = scenario;
  const head = { scenario: description, seed: options.seed };
  const hindrance = obstacle?.();
  if (hindrance !== undefined) return { ...head, verdict: 'skipped', reasons: [hindrance], arms: [] };
  const { arms, failure } = await playArms(scenario, options);
  if (failure !== undefined) return { ...head, verdict: 'fail', reasons: [`could not be played: ${failure.message}`], arms };
  const [product, control] = arms as [ArmResult, ArmResult];
  const reasons = judge(scenario, product, control);
  return { ...head, verdict: reasons.length === 0 ? 'pass' : 'fail', reasons, arms };
}

/** Side by side, unless the scenario says otherwise, which takes half the time. Both have ended when this resolves. */
async function playArms(scenario: Scenario, options: PlayOptions): Promise<{ arms: ArmResult[]; failure?: Error }> {
  const product = playArm(scenario, 'product', options);
  if (scenario.apart) await Promise.allSettled([product]);
  const played = await Promise.allSettled([product, playArm(scenario, 'control', options)]);
  options.signal.throwIfAborted();
  const failed = played.find((outcome) => outcome.status === 'rejected');
  const arms = played.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  return { arms, ...(failed && { failure: failed.reason as Error }) };
}

async function playArm(scenario: Scenario, arm: Arm, options: PlayOptions): Promise<ArmResult> {
  const { seed, profile, shim, report } = options;
  options.signal.throwIfAborted();
  const dir = join(options.out, scenario.name, arm);
  await rm(dir, { recursive: true, force: true }); // another run's records would count as this one's
  await mkdir(dir, { recursive: true });
  const stage = await Stage.set({ arm, profile, shim, dir, seed, random: Random.for(seed, scenario.name) });
  const startedAt = performance.now();
  try {
    await Promise.race([scenario.play(stage, arm), aborted(options.signal)]);
    const seconds = (performance.now() - startedAt) / 1_000;
    const ledger = await readLedger(stage.ledger.path);
    const { redisUrl: url, prefix, executions } = stage;
    const source = { url, prefix, ledger, isComplete: true, executions: executions.byKey, lockMs: profile.lockMs };
    const result = toResult(arm, stage, seconds, await auditRedis(source));
    report(`  ${arm}: ${describe(result)}`);
    return result;
  } finally {
    await stage.leave();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function toResult(arm: Arm, stage: Stage, seconds: number, { counts, findings }: Pick<ArmResult, 'counts' | 'findings'>): ArmResult {
  const troubles = new Map<string, number>();
  for (const load of stage.loads) for (const [reason, times] of load.troubles) troubles.set(reason, (troubles.get(reason) ?? 0) + times);
  return {
    arm,
    seconds,
    counts,
    findings,
    expectations: stage.expectations,
    recoveryMs: stage.recovery.longestMs ?? null,
    latency: stage.timeline.latencies(),
    troubles: Object.fromEntries(troubles),
    moments: stage.timeline.moments(),
    marks: stage.timeline.marks,
  };
}

function describe({ counts, recoveryMs, seconds }: ArmResult): string {
  const recovery = recoveryMs === null ? '' : `, recovered in ${Math.round(recoveryMs)} ms`;
  const { acknowledged, lost, repeated } = counts;
  return `${acknowledged} acknowledged, ${lost} lost, ${repeated} ran more than once${recovery} (${seconds.toFixed(1)} s)`;
}
