import type { QueueName } from '@dts/jobs';

/** Milliseconds between two alarms: however many jobs come, pools are not looked at more often than this for it. */
const QUIET_MS = 500;

export interface AlarmActions {
  /** Jobs of a queue that could start now. */
  waiting(queue: QueueName): Promise<number>;
  /** Jobs of it that all its workers can run at once, as of the last reading. */
  slots(queue: QueueName): number;
  sound(): void;
}

/**
 * Says when the next reading must not be waited for: jobs have arrived and more wait than all workers can run at once. With no
 * worker at all, that is the first job.
 */
export class Alarm {
  private readonly arrived = new Set<QueueName>();
  private soundedAt = Number.NEGATIVE_INFINITY;
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(private readonly actions: AlarmActions) {}

  /** Jobs have arrived in a queue. */
  readonly onArrival = (queue: QueueName): void => {
    this.arrived.add(queue);
    if (this.stopped || this.timer) return;
    this.timer = setTimeout(() => void this.look(), Math.max(0, this.soundedAt + QUIET_MS - performance.now()));
  };

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    this.timer = undefined;
    const queues = [...this.arrived];
    this.arrived.clear();
    const short = await Promise.all(queues.map((queue) => this.isShort(queue)));
    if (this.stopped || !short.includes(true)) return;
    this.soundedAt = performance.now();
    this.actions.sound();
  }

  /** A look that fails is left out: the next reading comes soon. */
  private async isShort(queue: QueueName): Promise<boolean> {
    return (await this.actions.waiting(queue).catch(() => 0)) > this.actions.slots(queue);
  }
}
