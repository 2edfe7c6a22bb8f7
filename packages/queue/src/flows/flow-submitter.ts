import type { QueueName } from '@dts/jobs';
import type { Admission } from '../admission.js';
import { ArrivalBell } from '../arrival-bell.js';
import type { RedisClient } from '../connection.js';
import { QueueError } from '../errors.js';
import { Ranking } from '../fairness/ranking.js';
import { fingerprint } from '../fingerprint.js';
import { type Claim, IdempotencyKeys } from '../idempotency.js';
import type { Queues } from '../queues.js';
import { toUnavailable } from '../redis-failure.js';
import type { Replication } from '../replication.js';
import type { FlowSubmission, SubmittedFlow } from './flow.js';
import { type PlannedNode, planFlow } from './flow-plan.js';
import { FlowReader } from './flow-reader.js';
import { FlowStore } from './flow-store.js';
import { readFlow, toFlow } from './flow-tree.js';
import { toBullJob, toForgottenNode, toNewNode } from './new-node.js';
import { nodesOf } from './nodes-of.js';

interface KeyClaim {
  readonly key: string;
  readonly value: Claim;
}

/** Takes flows: checked, then stored with all that their keys stand for in one step, then confirmed by the replicas. */
export class FlowSubmitter {
  private readonly store: FlowStore;
  private readonly reader: FlowReader;
  private readonly keys: IdempotencyKeys;
  private readonly ranking: Ranking;
  private readonly bell: ArrivalBell;

  constructor(
    private readonly queues: Queues,
    redis: RedisClient,
    prefix: string,
    private readonly admission: Admission,
    private readonly replication?: Replication,
  ) {
    this.store = new FlowStore(redis);
    this.reader = new FlowReader(queues, redis);
    this.keys = new IdempotencyKeys(redis, prefix);
    this.ranking = new Ranking(redis, prefix);
    this.bell = new ArrivalBell(redis, prefix);
  }

  /** @throws QueueError as `Flows.submit` */
  async submit(submission: FlowSubmission): Promise<SubmittedFlow> {
    const root = planFlow(submission);
    try {
      await this.replication?.require();
      return await this.add(root, this.claimFor(root, submission));
    } catch (error) {
      throw error instanceof QueueError ? error : toUnavailable(error, root.id);
    }
  }

  private async add(root: PlannedNode, claim: KeyClaim | undefined): Promise<SubmittedFlow> {
    const nodes = nodesOf(root);
    const jobs = new Map(nodes.map((node) => [node.id, toBullJob(this.queues, node, root.id, claim?.value.fingerprint)]));
    const refusal = this.refusalOf(nodes);
    const storing = await this.store.store([...jobs.values()], refusal === undefined, claim);
    if (storing.kind === 'unwelcome') throw refusal;
    if (storing.kind === 'known') return this.replay(root, claim?.value, storing.claim);
    for (const queue of queuesOf(nodes)) {
      this.bell.ring(queue);
      this.ranking.rankSoon(queue);
    }
    await this.confirm(root);
    return { outcome: 'created', flow: toFlow(toNewNode(root, jobs)) };
  }

  /** New work is turned away without a trace; what was acknowledged is told all the same. */
  private refusalOf(nodes: readonly PlannedNode[]): QueueError | undefined {
    return queuesOf(nodes)
      .map((queue) => this.admission.refusalOf(queue))
      .find((refusal) => refusal !== undefined);
  }

  private claimFor({ id, definition }: PlannedNode, { root, tenant, idempotencyKey: key }: FlowSubmission): KeyClaim | undefined {
    if (key === undefined) return undefined;
    const { name, queue } = definition;
    const print = fingerprint(['flow', root]);
    return { key: this.keys.redisKey(tenant, key), value: { id, name, queue, fingerprint: print, submittedAt: Date.now(), stored: true } };
  }

  /** @param earlier what the key stands for; nothing where only jobs are there still, which are kept for longer */
  private async replay(root: PlannedNode, claim?: Claim, earlier?: Claim): Promise<SubmittedFlow> {
    const { id, queue } = earlier ?? { id: root.id, queue: root.definition.queue };
    const print = earlier?.fingerprint ?? (await this.queues[queue].getJob(id))?.data.fingerprint;
    if (!claim || print !== claim.fingerprint) {
      throw new QueueError('idempotency-conflict', `The Idempotency-Key was used before, for another submission (job ${id}).`);
    }
    const flow = await readFlow(this.reader, id);
    if (flow) await this.confirm(root);
    return { outcome: 'replayed', flow: flow ?? toFlow(toForgottenNode(root, earlier ?? claim)) };
  }

  /** Who has the root has all of the flow, which was written in one step. @throws QueueError `outcome-unknown` */
  private async confirm({ definition, id }: PlannedNode): Promise<void> {
    await this.replication?.confirm(this.queues[definition.queue].toKey(id), id);
  }
}

function queuesOf(nodes: readonly PlannedNode[]): QueueName[] {
  return [...new Set(nodes.map(({ definition }) => definition.queue))];
}
