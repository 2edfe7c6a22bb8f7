import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Loop } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import { type KubernetesApi, KubernetesError } from '../actuator/kubernetes/kubernetes-api.js';
import { type Lease, lease as leaseSchema } from '../actuator/kubernetes/resources.js';
import type { Election } from './election.js';
import { LEASE_TIMES, type LeaseTimes, moveOn, released, renewed, type Sighting, sight, taken } from './lease.js';

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
  private readonly me = `${hostname()}_${randomUUID()}`;
  private readonly loop = new Loop(() => this.turn());
  private readonly path: string;
  private seen: Sighting | undefined;
  private lead: Lead | undefined;
  private holder: string | undefined;

  constructor(
    private readonly api: KubernetesApi,
    private readonly lease: LeaseName,
    private readonly logger: Logger,
    private readonly times: LeaseTimes = LEASE_TIMES,
  ) {
    this.path = `/apis/coordination.k8s.io/v1/namespaces/${lease.namespace}/leases`;
  }

  /** Rises whenever the lead goes to another. */
  get token(): number | undefined {
    return this.lead && performance.now() < this.lead.until ? this.lead.token : undefined;
  }

  /** Who led when this one last looked. */
  get leader(): string | undefined {
    return this.holder;
  }

  start(): void {
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
      if (!lost) this.logger.warn({ err: error, lease: this.lease }, 'the Lease of the leader cannot be read or written');
    }
    const leads = this.token !== undefined;
    if (led !== leads) this.logger.info({ lease: this.lease, token: this.token }, leads ? 'leads' : 'leads no more');
    return this.times.retry;
  }

  /** @param startedAt before anything was asked: what comes of it holds from then on */
  private async campaign(startedAt: number): Promise<void> {
    const found = await this.api.find(`${this.path}/${this.lease.name}`, leaseSchema);
    if (!found) return this.hold(undefined, taken(undefined, this.me, this.times, new Date()), startedAt);
    this.holder = found.spec.holderIdentity || undefined;
    this.seen = sight(found, this.seen, performance.now());
    const move = moveOn(found, this.seen, this.me, performance.now());
    if (move === 'renew') await this.hold(found, renewed(found.spec, new Date()), startedAt);
    if (move === 'take') await this.hold(found, taken(found.spec, this.me, this.times, new Date()), startedAt);
  }

  private async hold(found: Lease | undefined, spec: Lease['spec'], startedAt: number): Promise<void> {
    await this.write(found, spec);
    this.holder = this.me;
    this.lead = { token: (spec.leaseTransitions ?? 0) + 1, until: startedAt + this.times.renewDeadline };
  }

  private async release(): Promise<void> {
    const found = await this.api.find(`${this.path}/${this.lease.name}`, leaseSchema);
    if (found?.spec.holderIdentity === this.me) await this.write(found, released(found.spec, new Date()));
  }

  /** @throws KubernetesError 409 when another has written since it was read, or was faster in making it */
  private async write(found: Lease | undefined, spec: Lease['spec']): Promise<void> {
    const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...this.lease, ...found?.metadata }, spec };
    if (found) await this.api.replace(`${this.path}/${this.lease.name}`, object);
    else await this.api.create(this.path, object);
  }
}
