import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { clusterAccess } from './cluster-access.js';
import { KubernetesApi } from './kubernetes-api.js';

/** This process's way to the API server, for whoever needs one. */
@Injectable()
export class KubernetesConnection implements OnApplicationShutdown {
  private opened: KubernetesApi | undefined;

  constructor(@Inject(SCALER_ENV) private readonly env: ScalerEnv) {}

  /** @throws EnvError as `clusterAccess` */
  get api(): KubernetesApi {
    this.opened ??= new KubernetesApi(clusterAccess(this.env));
    return this.opened;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened?.close();
  }
}
