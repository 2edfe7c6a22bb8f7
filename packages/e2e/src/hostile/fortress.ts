import { type Stack, startStack } from '@dts/testkit';
import { Api } from '../api.js';
import { RawHttp } from './raw-http.js';

const keyOf = (id: string) => `${id}-`.padEnd(43, 'k');
const OWN_SCOPES = ['jobs:submit', 'jobs:read', 'jobs:cancel', 'schedules:write'];

export const KEYS = { acme: keyOf('acme'), globex: keyOf('globex'), operator: keyOf('operator') } as const;

const API_KEYS = JSON.stringify([
  { id: 'acme', key: KEYS.acme, scopes: OWN_SCOPES, tenant: 'acme' },
  { id: 'globex', key: KEYS.globex, scopes: OWN_SCOPES, tenant: 'globex' },
  { id: 'operator', key: KEYS.operator, scopes: [...OWN_SCOPES, 'ops:read', 'ops:write'], tenant: 'ops' },
]);

/** An operation as the API describes it. */
export interface Operation {
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly queryParameters: readonly string[];
  readonly takesBody: boolean;
}

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: unknown;
}

/** Whatever was answered: of a thing, a list or a problem. */
interface Answer {
  readonly id?: string;
  readonly items?: readonly unknown[];
  readonly nextCursor?: string | null;
  readonly code?: string;
  readonly errors?: unknown;
}

export interface Sent {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: Answer;
}

/** A gateway under attack: no worker, so that jobs stay as they are, and keys of two tenants and an operator. */
export class Fortress {
  private constructor(
    readonly stack: Stack,
    readonly raw: RawHttp,
    readonly operations: readonly Operation[],
    readonly description: unknown,
  ) {}

  static async start(): Promise<Fortress> {
    const stack = await startStack({
      apps: [],
      env: { API_KEYS, RATE_LIMIT: 'off', UNAUTHENTICATED_LIMIT: '10000/s', EVENT_STREAM_STALL: '500' },
    });
    const description = (await fetch(`${stack.url}/openapi.json`).then((response) => response.json())) as {
      paths: Record<string, Record<string, Described>>;
    };
    const operations = Object.entries(description.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => toOperation(method, path, operation)),
    );
    return new Fortress(stack, new RawHttp(stack.url), operations, description);
  }

  as(id: keyof typeof KEYS): Api {
    return new Api(this.stack.url, KEYS[id]);
  }

  /** POSTs a body of acme's as it stands. */
  async send(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Sent> {
    const response = await fetch(this.stack.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEYS.acme}`, 'content-type': 'application/json', ...headers },
      body,
    });
    const answer = (await response.json()) as Pick<Sent, 'code'>;
    return { status: response.status, code: answer.code, body: answer };
  }

  /** A whole HTTP/1.1 request of acme's. */
  request(method: string, path: string, headers = '', body = ''): string {
    return `${method} ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${KEYS.acme}\r\nConnection: close\r\n${headers}\r\n${body}`;
  }

  /** As if the job's handler had written so many lines of so many bytes. */
  async writeLog(id: string, { lines, bytes }: { readonly lines: number; readonly bytes: number }): Promise<void> {
    const key = `${this.stack.prefix}:io:${id}:logs`;
    const some = Array<string>(Math.min(lines, 100)).fill('x'.repeat(bytes));
    for (let written = 0; written < lines; written += some.length) await this.stack.redis.call('RPUSH', key, ...some);
  }

  /** One of the process's own figures. */
  async figure(name: string): Promise<number> {
    const text = await fetch(`${this.stack.url}/metrics`).then((response) => response.text());
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
    if (!found) throw new Error(`the gateway has no figure ${name}`);
    return Number(found[1]);
  }

  /** Alive, ready, and surprised by nothing. */
  async health(): Promise<{ alive: number; ready: number; unexpected: string[] }> {
    const statusOf = async (path: string) => (await fetch(this.stack.url + path)).status;
    const unexpected = this.stack.gateway.output.split('\n').filter((line) => line.includes('unexpected error'));
    return { alive: await statusOf('/healthz'), ready: await statusOf('/readyz'), unexpected };
  }

  async stop(): Promise<void> {
    this.raw[Symbol.dispose]();
    await this.stack.stop();
  }
}

function toOperation(method: string, path: string, { parameters = [], requestBody }: Described): Operation {
  return {
    method: method.toUpperCase(),
    path,
    queryParameters: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    takesBody: requestBody !== undefined,
  };
}
