import { hostname } from 'node:os';
import type { WorkerInfo } from '@dts/queue';
import type { Actuator, ScaleChange, TargetState } from '../actuator.js';
import type { LocalPlace, Supervisor } from './supervisor.js';

/**
 * Worker processes of this machine, kept by the process that started this one: it runs them, restarts those that crash, keeps
 * their logs and stops them in order, and goes on doing so when the scaler dies.
 */
export class LocalProcess implements Actuator {
  readonly reach = 'exclusive';
  private pids: ReadonlySet<number> = new Set();

  constructor(
    private readonly place: LocalPlace,
    private readonly supervisor: Supervisor,
  ) {}

  async read(): Promise<TargetState> {
    const { replicas, pids } = await this.supervisor.ask({ kind: 'pool.read', ...this.place });
    this.pids = new Set(pids);
    return { replicas, settled: true, refusal: null };
  }

  owns({ host, pid }: WorkerInfo): boolean {
    return host === hostname() && this.pids.has(pid);
  }

  async scale({ replicas, leaving }: ScaleChange): Promise<void> {
    const pids = leaving.map(({ pid }) => pid);
    await this.supervisor.ask({ kind: 'pool.scale', ...this.place, replicas, leaving: pids });
  }

  async close(): Promise<void> {}
}
