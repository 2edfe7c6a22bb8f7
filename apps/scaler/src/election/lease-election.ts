import { Loop } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import { type KubernetesApi, KubernetesError } from '../kubernetes/kubernetes-api.js';
import type { Election } from './election.js';
import {
  LEASE_TIMES,
  type Lease,
  type LeaseTimes,
  lease,
  moveOn,
  released,
  renewed,
  type Sighting,
  sight,
  taken,
  tokenOf,
} from './lease.js';

export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** The lead, as long as it is sure. */
interface Lead {
  readonly token: number;
  /** By the clock of `performance`. */
  readonly until: number;
}

/**
 * Leads by a Lease of coordination.k8s.io, by the rules of client-go's leader election. Who cannot renew stops leading by
 * itself, and before anybody else may, whether or not it notices.
 */
export class LeaseElection implements Election {
  private readonly loop = new Loop(() => this.turn());
  private readonly path: string;
  private seen: Sighting | undefined;
  private lead: Lead | undefined;
  private holder: string | undefined;
  private onTerm: () => void = () => {};

  /** @param me of this process and no other */
  constructor(
    private readonly me: string,
    private readonly api: KubernetesApi,
    private readonly name: LeaseName,
    private readonly logger: Logger,
    private readonly times: LeaseTimes = LEASE_TIMES,
  ) {
    this.path = `/apis/coordination.k8s.io/v1/namespaces/${name.namespace}/leases`;
  }

  /** Rises whenever the lead goes to another. */
  get token(): number | undefined {
    return this.lead && performance.now() < this.lead.until ? this.lead.token : undefined;
  }

  /** Who led when this one last looked. */
  get leader(): string | undefined {
    return this.holder;
  }

  start(onTerm: () => void): void {
    this.onTerm = onTerm;
    this.loop.start();
  }

  /** Gives the lead up, so that another has it at once. */
  async stop(): Promise<void> {
    await this.loop.stop();
    const led = this.token !== undefined;
    this.lead = undefined;
    if (led) await this.release().catch((error) => this.logger.warn({ err: error }, 'the Lease was not given up: it runs out by itself'));
  }

  private async turn(): Promise<number> {
    const led = this.token !== undefined;
    try {
      await this.campaign(performance.now());
    } catch (error) {
      // Somebody else was faster: the next turn sees whom.
      const lost = error instanceof KubernetesError && error.status === 409;
      if (!lost) this.logger.warn({ err: error, lease: this.name }, 'the Lease of the leader cannot be read or written');
    }
    const leads = this.token !== undefined;
    if (led !== leads) this.logger.info({ lease: this.name, token: this.token }, leads ? 'leads' : 'leads no more');
    return this.times.retry;
  }

  /** @param startedAt before anything was asked: what comes of it holds from then on */
  private async campaign(startedAt: number): Promise<void> {
    const found = await this.api.find(`${this.path}/${this.name.name}`, lease);
    if (!found) return this.hold(taken(lease.parse({ metadata: {} }), this.me, this.times, new Date()), startedAt);
    this.holder = found.spec.holderIdentity || undefined;
    const now = performance.now();
    this.seen = sight(found, this.seen, now);
    const move = moveOn(found, this.seen, this.me, now);
    if (move === 'renew') await this.hold(renewed(found, new Date()), startedAt);
    if (move === 'take') await this.hold(taken(found, this.me, this.times, new Date()), startedAt);
  }

  private async hold(mine: Lease, startedAt: number): Promise<void> {
    await this.write(mine);
    this.holder = this.me;
    const token = tokenOf(mine);
    const isNewTerm = token !== this.lead?.token;
    this.lead = { token, until: startedAt + this.times.renewDeadline };
    if (isNewTerm) this.onTerm();
  }

  private async release(): Promise<void> {
    const found = await this.api.find(`${this.path}/${this.name.name}`, lease);
    if (found?.spec.holderIdentity === this.me) await this.write(released(found, new Date()));
  }

  /** @throws KubernetesError 409 when another has written since it was read, or was faster in making it */
  private async write(mine: Lease): Promise<void> {
    const object = { ...mine, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...mine.metadata, ...this.name } };
    if (mine.metadata.resourceVersion) await this.api.replace(`${this.path}/${this.name.name}`, object);
    else await this.api.create(this.path, object);
  }
}
