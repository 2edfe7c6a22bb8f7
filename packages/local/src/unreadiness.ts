import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 5_000;
const POLL_MS = 100;

/** What an app says keeps it from its work, a line each, once it has had time to connect; none when it is ready. */
export async function unreadiness(url: string): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    if (response.ok) return [];
    const { problems } = (await response.json()) as { problems: string[] };
    if (performance.now() > deadline) return problems;
    await delay(POLL_MS);
  }
}
