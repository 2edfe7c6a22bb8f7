/** Where a gateway is, and what it lets in. */
export interface Api {
  readonly url: string;
  readonly apiKey: string;
}

/** One call, as anyone would make it. @throws Error with what it was answered, unless that is a success */
export async function call<Answer>({ url, apiKey }: Api, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(`${url}/v1/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text || '{}') as Answer;
}
