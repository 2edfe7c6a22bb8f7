import { client, gateway } from './client.ts';

const submitted = await client.submit('http.request', { method: 'GET', url: `${gateway}/nothing-here` }, { tags: ['hook'] });
const { state, error } = await client.waitFor(submitted);
console.log(state, error?.code);

const filter = { queue: 'io', tag: 'hook' } as const;
const { matched } = await client.deadLetters.previewRedrive({ filter });
const started = await client.deadLetters.redrive({ filter, ratePerSecond: 100 });
const { done } = await client.operations.waitFor(started.id);
console.log(`${done} of ${matched} run once more`);
