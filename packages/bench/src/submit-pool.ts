import { Pool } from 'undici';
import type { Api } from './api.js';
import { CONNECTIONS, PAYLOAD_BYTES } from './job.js';

/** Where jobs would go whose handler calls nobody. Their path is the moment at which they should have been submitted. */
const NOWHERE = 'http://127.0.0.1:9/';

/** Posts single jobs over a few connections, fast enough not to be what is measured. */
export class SubmitPool implements AsyncDisposable {
  private readonly pool: Pool;

  constructor(private readonly api: Api) {
    this.pool = new Pool(api.url, { connections: CONNECTIONS });
  }

  /** @throws Error unless the job was stored */
  async submit(intendedAt: number): Promise<void> {
    const url = `${NOWHERE}${intendedAt}`;
    const body = JSON.stringify({ name: 'http.request', payload: { url, text: 'x'.repeat(PAYLOAD_BYTES - url.length - 20) } });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.api.apiKey}` };
    const response = await this.pool.request({ path: '/v1/jobs', method: 'POST', headers, body });
    const text = await response.body.text();
    if (response.statusCode !== 201) throw new Error(`a submission was answered ${response.statusCode}: ${text.slice(0, 300)}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool.close();
  }
}

/** When a job should have been submitted. @param data as BullMQ keeps it */
export function intendedAtOf(data: string): number {
  return Number(/"http:\/\/127\.0\.0\.1:9\/([\d.]+)"/.exec(data)?.[1]);
}
