/** Leases at once, and completed at once. */
export const LEASES_AT_ONCE = 100;
/** Such loops side by side. */
export const LEASERS = 6;

interface Leased {
  readonly leases: readonly { readonly leaseToken: string }[];
}

/** A worker whose jobs do nothing: it leases and completes as many at once as it may, until it is told to stop. */
export async function leaseAndComplete(url: string, apiKey: string, signal: AbortSignal): Promise<void> {
  const post = async <Answer>(path: string, body: object): Promise<Answer> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const loop = async (_value: unknown, index: number): Promise<void> => {
    const worker = { id: `bench-${index}`, slots: LEASES_AT_ONCE };
    while (!signal.aborted) {
      const { leases } = await post<Leased>('leases', { queues: ['external'], max: LEASES_AT_ONCE, wait: 1, worker });
      if (leases.length === 0) continue;
      const done = leases.map(({ leaseToken }) => ({ leaseToken, result: { document: '', rows: 0 } }));
      await post('leases:complete', { leases: done });
    }
  };
  await Promise.all(Array.from({ length: LEASERS }, loop)).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
