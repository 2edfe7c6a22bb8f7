import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** A part of a list. Only a `nextCursor` of null means its end: a page may have few items, or none, because each has cost enough. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface ListOptions extends CallOptions {
  /** Items asked for at once, 1 to 100; 50 unless given. */
  readonly limit?: number;
}

export interface PageOptions extends ListOptions {
  /** The last page's `nextCursor`; the first page unless given. */
  readonly cursor?: string;
}

/** @param filter query parameters, by name: see `toQuery` */
export async function readPage<Item>(transport: Transport, path: string, filter: object, options: PageOptions): Promise<Page<Item>> {
  const { limit, cursor, ...call } = options;
  const { status, body } = await transport.call({ method: 'GET', path: path + toQuery({ ...filter, limit, cursor }), ...call });
  const page = body as Partial<Page<Item>> | null;
  if (Array.isArray(page?.items) && page.nextCursor !== undefined) return page as Page<Item>;
  throw new SchedulerError({ status, code: 'bad-answer', detail: `the answer to ${path} is not a page of a list: is this a gateway?` });
}

/** Every item, read page by page as they are taken. */
export async function* readPages<Item>(
  transport: Transport,
  path: string,
  filter: object,
  options: PageOptions,
): AsyncGenerator<Item, void, void> {
  let { cursor } = options;
  do {
    const page = await readPage<Item>(transport, path, filter, { ...options, cursor });
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** `?a=1&b=x%2Cy`: what is undefined is left out, several values of one parameter are joined by commas, times are RFC 3339. */
export function toQuery(parameters: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
