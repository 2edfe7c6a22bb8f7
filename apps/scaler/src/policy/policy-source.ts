import { Loop } from '@dts/queue';
import { LOGGER, type Logger, METRICS } from '@dts/runtime';
import type { PoolPolicy } from '@dts/scaling';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { FIRST_POLICY, type LoadedPolicy, parsePolicy, readPolicy } from './load-policy.js';
import { tellProblem } from './tell-problem.js';

/** Milliseconds between two looks at the file. Content is compared, which also finds what a mounted ConfigMap swaps. */
const LOOK_MS = 1_000;

/**
 * The policy in force: that of the file, or the built-in one. A file that changes takes effect without a restart; one that is
 * wrong changes nothing, and that is said in the log, in a metric and by the API until it is mended.
 */
@Injectable()
export class PolicySource implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new Loop(() => this.look());
  private loaded = Date.now();
  private trouble: string | undefined;
  /** As last read, good or not, so that it is judged once; undefined while it cannot be read. */
  private text: string | undefined;

  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(FIRST_POLICY) private inForce: LoadedPolicy,
    @InjectMetric(METRICS.policyValid.name) private readonly valid: Gauge,
  ) {
    this.text = inForce.text;
    this.valid.set(1);
  }

  /** With the mode that the environment demands, if it does. */
  get current(): readonly PoolPolicy[] {
    const { SCALER_MODE: mode } = this.env;
    const { policies } = this.inForce;
    return mode === undefined ? policies : policies.map((policy) => ({ ...policy, mode }));
  }

  get source(): string {
    return this.env.SCALER_POLICY ?? 'built in';
  }

  /** Unix milliseconds at which what is in force was read. */
  get loadedAt(): number {
    return this.loaded;
  }

  /** Why the file as it stands now is not in force. */
  get problem(): string | undefined {
    return this.trouble;
  }

  onApplicationBootstrap(): void {
    if (this.env.SCALER_POLICY !== undefined) this.loop.start(LOOK_MS);
  }

  onModuleDestroy(): void {
    void this.loop.stop();
  }

  private async look(): Promise<number> {
    let text: string | undefined;
    try {
      text = readPolicy(this.source);
      if (text !== this.text) this.accept(parsePolicy(text));
    } catch (error) {
      this.refuse(tellProblem(error as Error));
    }
    this.text = text;
    return LOOK_MS;
  }

  private accept(policy: LoadedPolicy): void {
    this.inForce = policy;
    this.loaded = Date.now();
    this.trouble = undefined;
    this.valid.set(1);
    this.logger.info({ policy: this.source, pools: policy.policies.map(({ pool }) => pool) }, 'policy read anew');
  }

  private refuse(problem: string): void {
    if (problem !== this.trouble) this.logger.error({ policy: this.source }, `the policy stays as it was: ${problem}`);
    this.trouble = problem;
    this.valid.set(0);
  }
}
