import { Transport } from '../transport.js';
import type { ScriptedGateway } from './scripted-gateway.js';

/** As the client would make one. */
export function createTransport({ url }: ScriptedGateway): Transport {
  return new Transport({ url, apiKey: 'k', fetch, retries: 5, timeoutMs: 30_000 });
}
