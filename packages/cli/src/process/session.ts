import { ScalerClient, SchedulerClient } from '@dts/client';
import { paletteFor } from '../output/palette.js';
import { Printer } from '../output/printer.js';
import { findAccess, findScaler, findScalerAccess } from './access.js';
import type { World } from './world.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly scalerUrl?: string;
  readonly apiKeyFile?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** What a command works with. */
export class Session {
  readonly printer: Printer;
  readonly signal: AbortSignal;
  #client: SchedulerClient | undefined;

  constructor(
    readonly world: World,
    private readonly options: GlobalOptions,
  ) {
    const { out, err, env } = world;
    this.signal = world.interrupted;
    this.printer = new Printer({
      out,
      err,
      json: options.json === true,
      paint: paletteFor(out, env, options.color),
      columns: out.isTTY ? out.columns || 80 : Number.POSITIVE_INFINITY,
    });
  }

  /** @throws UsageError when there is no key */
  get client(): SchedulerClient {
    this.#client ??= new SchedulerClient(findAccess(this.options, this.world));
    return this.#client;
  }

  /** To read from. */
  get scaler(): ScalerClient {
    return new ScalerClient(findScaler(this.options, this.world));
  }

  /** To change something with. @throws UsageError when there is no key */
  get scalerWithKey(): ScalerClient {
    return new ScalerClient(findScalerAccess(this.options, this.world));
  }

  get url(): string {
    return findAccess(this.options, this.world).url;
  }

  get json(): boolean {
    return this.printer.json;
  }

  /** For each call of the client. */
  get call(): { readonly signal: AbortSignal } {
    return { signal: this.signal };
  }
}
