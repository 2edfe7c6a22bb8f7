import { client, gateway } from './client.ts';

const { id } = await client.submit('http.request', { method: 'GET', url: `${gateway}/healthz` }, { delay: 500 });
for await (const event of client.events(id)) {
  if (event.type === 'state') console.log(event.state, event.error?.message ?? '');
  if (event.type === 'progress') console.log(event.progress);
  if (event.type === 'log') console.log(event.text);
}
