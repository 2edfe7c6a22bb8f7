import type { FlowChildInput } from '@dts/client';
import { client, gateway } from './client.ts';

const payload = (path: string) => ({ method: 'GET', url: gateway + path }) as const;
const children: FlowChildInput[] = [
  { name: 'http.request', payload: payload('/healthz') },
  { name: 'http.request', payload: payload('/optional'), onFailure: 'ignore' },
];
// The children run first. All of it is stored in one step, or nothing is.
const flow = await client.flows.submit({ name: 'http.request', payload: payload('/readyz'), children });
await client.waitFor(flow.id);
const { state, counts } = await client.flows.get(flow.id);
console.log(state, counts);
