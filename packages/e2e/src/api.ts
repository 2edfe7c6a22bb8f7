/** A job as the gateway's description tells it. */
export interface Job {
  readonly id: string;
  readonly state: string;
  readonly attemptsMade: number;
  readonly attempts: readonly { readonly error: { readonly code: string } | null }[];
  readonly submittedAt: string;
  readonly startedAt: string | null;
  readonly result: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A caller of the gateway, as curl would be one: the black box must not share the product's own client. */
export class Api {
  constructor(
    readonly url: string,
    private readonly key: string,
  ) {}

  async call<Body = Job>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  }

  /** Submits, and gives the new job's id. @throws Error unless the answer is 201 */
  async submit(name: string, payload: unknown, options: object = {}): Promise<string> {
    const answer = await this.call('POST', '/v1/jobs', { name, payload, ...options });
    if (answer.status !== 201) throw new Error(`submission answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  /** The job once it has finished, or as it is after `seconds`. */
  async wait(id: string, seconds = 15): Promise<Job> {
    return (await this.call('GET', `/v1/jobs/${id}?wait=${seconds}`)).body;
  }
}
