import { type ApiKey, ApiKeys } from '@dts/runtime';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/**
 * Who may change something here: whoever may change something at the gateway, with the same keys. What is only told needs none,
 * as it says no more than the metrics do.
 */
@Injectable()
export class Access {
  constructor(private readonly keys: ApiKeys) {}

  /** @throws Problem `unauthenticated`, `missing-scope` */
  operator(request: FastifyRequest): ApiKey {
    const secret = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (secret === undefined) throw new Problem('unauthenticated', 'Send a key: "Authorization: Bearer <key>".');
    const key = this.keys.find(secret);
    if (!key) throw new Problem('unauthenticated', 'This key is not known here: the scaler has its own API_KEYS or API_KEYS_FILE.');
    if (!key.scopes.has('ops:write')) throw new Problem('missing-scope', `The key "${key.id}" lacks the scope ops:write.`);
    return key;
  }
}
