import { join } from 'node:path';
import { type App, freePort } from '@dts/testkit';
import { Balancer } from '../balancer/haproxy.js';
import type { Stage } from './stage.js';

type Role = 'gateway' | 'worker' | 'scaler';

/** Longer than HAProxy takes to notice by deploy/haproxy/haproxy.cfg. */
const DRAIN_DELAY_MS = 2_000;
const STOP_MS = 40_000;

/** Two gateways behind HAProxy, two workers and a scaler, each of which is replaced in its place. */
export class Fleet {
  private constructor(
    private readonly stage: Stage,
    readonly balancer: Balancer,
    private readonly env: Readonly<Record<string, string>>,
    private readonly places: Map<string, App>,
  ) {}

  /** @param root that of the checkout whose build runs @param env of every app */
  static async start(stage: Stage, root: string, env: Readonly<Record<string, string>> = {}): Promise<Fleet> {
    const ports = [await freePort(), await freePort()] as const;
    const places = new Map<string, App>();
    const start = async (place: string, port?: number) => void places.set(place, await startIn(stage, place, root, { env, port }));
    await Promise.all([...PLACES.map((place) => start(place, ports[GATEWAYS.indexOf(place)]))]);
    const balancer = await Balancer.start(ports);
    stage.onLeave(() => balancer.stop());
    return new Fleet(stage, balancer, env, places);
  }

  /** Ends what is in a place by SIGTERM, and starts another build there. @returns its exit code */
  async replace(place: string, root: string): Promise<number | null> {
    const app = this.places.get(place);
    if (!app) throw new Error(`nothing runs as ${place}`);
    const { code } = await app.stop(STOP_MS);
    this.places.set(place, await startIn(this.stage, place, root, { env: this.env, port: app.port }));
    return code;
  }
}

export const WORKERS = ['worker-1', 'worker-2'];
export const GATEWAYS = ['gateway-1', 'gateway-2'];
export const SCALER = 'scaler';
const PLACES = [...WORKERS, ...GATEWAYS, SCALER];

interface Settings {
  readonly env: Readonly<Record<string, string>>;
  readonly port?: number;
}

function startIn(stage: Stage, place: string, root: string, { env, port }: Settings): Promise<App> {
  const role = place.split('-')[0] as Role;
  const file = join(root, 'apps', role, 'dist/main.js');
  const own = { ...env, ...(port !== undefined && { PORT: String(port) }) };
  if (role === 'gateway') return stage.startGateway({ ...own, DRAIN_DELAY: String(DRAIN_DELAY_MS) }, file);
  if (role === 'worker') return stage.startWorker(own, '/readyz', file);
  return stage.startScaler(own, file);
}
