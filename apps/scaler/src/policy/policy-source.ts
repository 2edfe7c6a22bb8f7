import { readFileSync } from 'node:fs';
import { QUEUE_NAMES } from '@dts/jobs';
import { Loop } from '@dts/queue';
import { EnvError, LOGGER, type Logger, METRICS } from '@dts/runtime';
import { type PoolPolicy, parsePolicies } from '@dts/scaling';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { builtInPolicies } from './built-in.js';

/** Milliseconds between two looks at the file. Content is compared, which also finds what a mounted ConfigMap swaps. */
const LOOK_MS = 1_000;

/**
 * The policy in force: that of the file, or the built-in one. A file that changes takes effect without a restart; one that is
 * wrong changes nothing, and that is said in the log, in a metric and by the API until it is mended.
 */
@Injectable()
export class PolicySource implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new Loop(() => this.look());
  private policies: readonly PoolPolicy[];
  /** Of the file, as it is in force. */
  private text: string | undefined;
  private loaded = Date.now();
  private trouble: string | undefined;

  /** @throws EnvError when the file cannot be used: there is no last good one yet */
  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @InjectMetric(METRICS.policyValid.name) private readonly valid: Gauge,
  ) {
    this.policies = this.env.SCALER_POLICY === undefined ? builtInPolicies(env) : this.first(this.env.SCALER_POLICY);
    this.valid.set(1);
  }

  /** With the mode that the environment demands, if it does. */
  get current(): readonly PoolPolicy[] {
    const { SCALER_MODE: mode } = this.env;
    return mode === undefined ? this.policies : this.policies.map((policy) => ({ ...policy, mode }));
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

  private first(path: string): readonly PoolPolicy[] {
    try {
      this.text = readFileSync(path, 'utf8');
      return parsePolicies(this.text, { queues: QUEUE_NAMES });
    } catch (error) {
      throw new EnvError(`The environment is not usable:\n  SCALER_POLICY ${path}: ${(error as Error).message}`);
    }
  }

  private async look(): Promise<number> {
    try {
      const text = readFileSync(this.source, 'utf8');
      if (text !== this.text || this.trouble !== undefined) this.accept(parsePolicies(text, { queues: QUEUE_NAMES }), text);
    } catch (error) {
      this.refuse((error as Error).message);
    }
    return LOOK_MS;
  }

  private accept(policies: readonly PoolPolicy[], text: string): void {
    this.policies = policies;
    this.text = text;
    this.loaded = Date.now();
    this.trouble = undefined;
    this.valid.set(1);
    this.logger.info({ policy: this.source, pools: policies.map(({ pool }) => pool) }, 'policy read anew');
  }

  private refuse(problem: string): void {
    if (problem !== this.trouble) this.logger.error({ policy: this.source }, `the policy stays as it was: ${problem}`);
    this.trouble = problem;
    this.valid.set(0);
  }
}
