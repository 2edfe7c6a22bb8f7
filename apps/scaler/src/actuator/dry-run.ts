import type { WorkerInfo } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import type { Actuator, ScaleChange, TargetState } from './actuator.js';

/** Says what it would do and does nothing. Its number is the one that it would have set; before that, as many as are heard of. */
export class DryRun implements Actuator {
  readonly reach = 'none';
  private replicas: number | undefined;

  /** @param heard workers that serve the pool's queues now */
  constructor(
    private readonly pool: string,
    private readonly heard: () => number,
    private readonly logger: Logger,
  ) {}

  async read(): Promise<TargetState> {
    return { replicas: this.replicas ?? this.heard(), settled: true, refusal: null };
  }

  owns(_worker: WorkerInfo): boolean {
    return true;
  }

  async scale({ replicas, reason }: ScaleChange): Promise<void> {
    this.replicas = replicas;
    this.logger.info({ pool: this.pool, replicas, reason }, 'dry run: would scale');
  }

  async close(): Promise<void> {}
}
