import { Cluster } from 'ioredis';

/** The two manners of a connection to a cluster, where ioredis's own options do not reach. */

/**
 * Refuses commands while it is away. With `enableOfflineQueue: false` it would refuse them also during the moment in
 * which the connection to one of its nodes is made, and every first submission would fail.
 */
export class FailFastCluster extends Cluster {
  override sendCommand(...args: Parameters<Cluster['sendCommand']>): unknown {
    const [command] = args;
    if (this.status === 'ready' || command.name === 'cluster') return super.sendCommand(...args);
    command.reject(notReady());
    return command.promise;
  }

  /** What a pipeline waits for that knows no node yet. */
  override delayUntilReady(callback: Parameters<Cluster['delayUntilReady']>[0]): void {
    callback(notReady());
  }
}

const notReady = () => new Error("Stream isn't writeable: the cluster is not ready");

/** Seeds and options, for replies in the shapes that ioredis has always given. */
export type ClusterArguments = ConstructorParameters<typeof FailFastCluster>;

/** Ends for good when it is told to, and so do its copies, on which BullMQ waits for jobs. */
export class PatientCluster extends Cluster {
  constructor(...args: ClusterArguments) {
    super(...args);
    stayEnded(this);
  }

  override duplicate(...args: Parameters<Cluster['duplicate']>): Cluster {
    const copy = super.duplicate(...args);
    stayEnded(copy);
    return copy;
  }
}

/**
 * ioredis 6.0.0 says "close" once for each node that it leaves, also after the "end": a command that was about to be
 * repeated then waits for a connection that nobody makes, and a worker that is closed in that moment never is.
 */
function stayEnded(cluster: Cluster): void {
  let ended = false;
  const stay = () => {
    if (ended) cluster.status = 'end';
  };
  cluster.on('connecting', () => {
    ended = false;
  });
  cluster.on('end', () => {
    ended = true;
    stay();
  });
  cluster.on('close', stay);
}
