import { readFile } from 'node:fs/promises';
import { Agent } from 'undici';
import { z } from 'zod';
import type { ClusterAccess } from './cluster-access.js';

/** For a whole request. Well below what an election allows for a renewal. */
const TIMEOUT_MS = 4_000;

/** How the API server says no. */
const refusal = z.object({ message: z.string() });

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

/** What the API server said when it did not do as it was asked. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';

  constructor(
    /** Of HTTP: 403 for what the service account may not do, 404, 409 when somebody else was faster. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The few calls that the scaler makes of the Kubernetes API. It acts as the service account of its token, and every call
 * is bounded in time. The official client would bring 65 packages, and 60 MB of memory, for what are ten calls.
 */
export class KubernetesApi {
  private readonly agent: Agent;

  constructor(private readonly access: ClusterAccess) {
    this.agent = new Agent({ connect: { ca: access.ca, timeout: TIMEOUT_MS } });
  }

  /** @throws KubernetesError; Error when nobody answers, or something else than what was asked for */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return schema.parse(await this.send('GET', path));
  }

  /** @throws as {@link get}, but `undefined` for what does not exist */
  async find<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema> | undefined> {
    return this.get(path, schema).catch((error) => {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    });
  }

  /** @throws as {@link get} */
  async create(path: string, object: object): Promise<void> {
    await this.send('POST', path, object);
  }

  /** Only if it is still as it was read, when the object has a `resourceVersion`. @throws as {@link get}, 409 when it is not */
  async replace(path: string, object: object): Promise<void> {
    await this.send('PUT', path, object);
  }

  /** Changes what the patch names; `null` removes (RFC 7396). @throws as {@link get} */
  async patch(path: string, patch: object): Promise<void> {
    await this.send('PATCH', path, patch, 'application/merge-patch+json');
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async send(method: Method, path: string, object?: object, type = 'application/json'): Promise<unknown> {
    const token = (await readFile(this.access.tokenFile, 'utf8')).trim();
    const { statusCode, text } = await this.exchange(method, path, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...(object && { 'content-type': type }) },
      body: object ? JSON.stringify(object) : null,
    });
    if (statusCode < 300) return JSON.parse(text);
    throw new KubernetesError(statusCode, `Kubernetes refused ${method} ${path}: ${reasonOf(text) ?? `status ${statusCode}`}`);
  }

  private async exchange(method: Method, path: string, message: { headers: Record<string, string>; body: string | null }) {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const { statusCode, body } = await this.agent.request({ origin: this.access.url, path, method, signal, ...message });
      return { statusCode, text: await body.text() };
    } catch (error) {
      throw new Error(`the Kubernetes API at ${this.access.url} does not answer (${method} ${path})`, { cause: error });
    }
  }
}

function reasonOf(text: string): string | undefined {
  try {
    return refusal.parse(JSON.parse(text)).message;
  } catch {
    return undefined;
  }
}
