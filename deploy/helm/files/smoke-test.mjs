/** `helm test`: one job through the gateway, a worker and back. Ends with 0 when it was done. Needs GATEWAY_URL and API_KEY. */
const { GATEWAY_URL, API_KEY } = process.env;
const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };

async function call(path, init = {}) {
  const response = await fetch(GATEWAY_URL + path, { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status} ${text}`);
  return JSON.parse(text);
}

// An attempt that is refused has gone all the way as well: the gateway may not be reachable for workers.
const body = { name: 'http.request', payload: { method: 'GET', url: `${GATEWAY_URL}/healthz` }, attempts: 1, tags: ['helm-test'] };
const { id } = await call('/v1/jobs', { method: 'POST', body: JSON.stringify(body) });
const job = await call(`/v1/jobs/${id}?wait=60`);
if (job.startedAt === null)
  throw new Error(`no worker has started job ${id}, which is ${job.state}: see /v1/workers and the workers' logs`);
console.log(`Job ${id} was started by ${job.attempts[0]?.worker ?? 'a worker'} and is ${job.state}.`);
