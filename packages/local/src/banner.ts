import { networkInterfaces } from 'node:os';
import { baseUrl } from './apps.js';
import { shellQuote } from './shell-quote.js';
import type { StackFacts } from './stack.js';

/** What the operator sees once everything is ready. */
export function banner(facts: StackFacts): string {
  const { host, ports, workers, dataDir } = facts;
  const gateway = baseUrl(host, ports.gateway);
  const rows: readonly (readonly [string, string])[] = [
    ['API', `${gateway}/v1`],
    ...networkRows(host, ports.gateway),
    ['API docs', `${gateway}/docs`],
    ['Console', `${gateway}/console  (log in with the API key)`],
    ['Bull Board', `${gateway}/ui`],
    ['Metrics', `${gateway}/metrics  (gateway)`],
    ['', `${baseUrl(host, ports.scaler)}/metrics  (scaler)`],
    ...workers.map(({ name, port }): [string, string] => ['', `${baseUrl(host, port)}/metrics  (${name})`]),
    ['Scaling', `${baseUrl(host, ports.scaler)}/v1/pools`],
    ['API key', facts.apiKeyFile ?? 'as set by API_KEYS or API_KEYS_FILE'],
    ['Data', dataDir.root],
    ['Logs', dataDir.logs],
  ];
  const table = rows.map(([title, value]) => `  ${title.padEnd(12)}${value}`);
  return `
Distributed Task Scheduler is ready. Ctrl-C stops it.

${table.join('\n')}

Submit a job, and see its result a moment later:
  ${curlLine(gateway, facts.apiKeyFile)}
${warning(facts.warnings)}`;
}

/** The gateway takes jobs all the same, but says at /readyz that nobody should rely on it. */
function warning(problems: readonly string[]): string {
  if (problems.length === 0) return '';
  return `\nWARNING: acknowledged jobs are not as safe as promised.\n${problems.map((problem) => `  ${problem}`).join('\n')}\n`;
}

/** A job that calls the gateway itself: works when pasted into a shell, from any folder. */
export function curlLine(gateway: string, apiKeyFile: string | undefined): string {
  const key = apiKeyFile ? `$(cat ${shellQuote(apiKeyFile)})` : '$API_KEY';
  const job = JSON.stringify({ name: 'http.request', payload: { method: 'GET', url: `${gateway}/healthz` } });
  return `curl -sS ${shellQuote(`${gateway}/v1/jobs`)} -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d ${shellQuote(job)}`;
}

function networkRows(host: string, port: number): [string, string][] {
  if (host !== '0.0.0.0' && host !== '::') return [];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => ['', `${baseUrl(address, port)}/v1`]);
}
