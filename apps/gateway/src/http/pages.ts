import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { component } from './components.js';
import { type Cursors, invalidCursor } from './cursors.js';

const LONGEST_PAGE = 100;
const PAGE = 50;
const LIMIT = `must be a whole number from 1 to ${LONGEST_PAGE}`;

/** What the query of every list has, beside its filters. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, LIMIT)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= LONGEST_PAGE, LIMIT)
    .default(PAGE),
  cursor: z.string().optional(),
};

export type PageQuery = z.output<z.ZodObject<typeof pageQuery>>;

/** Describes the same. */
export const ApiPage = () =>
  applyDecorators(
    ApiQuery({
      name: 'limit',
      required: false,
      description: 'Items at most. A page may have fewer, also none, and not be the last: only `nextCursor: null` means the end',
      schema: { type: 'integer', minimum: 1, maximum: LONGEST_PAGE, default: PAGE },
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      description: 'The `nextCursor` of the page before. Good for the same tenant and filters only; `limit` may change',
      schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$' },
    }),
  );

/** The schema of a list's pages. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return component(id, z.object({ items: z.array(item), nextCursor: z.string().nullable() }));
}

/** A part of a list; `next` is where to go on, undefined at the end. */
export interface Part<Item, Position> {
  readonly items: readonly Item[];
  readonly next?: Position;
}

/** A part of what is known as a whole; it is listed in the order of the ids, so that it may change between two pages. */
export function partOf<Item>(all: readonly Item[], idOf: (item: Item) => string, limit: number, after?: string): Part<Item, string> {
  const left = all.filter((item) => after === undefined || idOf(item) > after).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const items = left.slice(0, limit);
  const last = items.at(-1);
  return last !== undefined && left.length > limit ? { items, next: idOf(last) } : { items };
}

export interface Listing<Item, Position> {
  /** All that decides what is listed: the list's name, the tenant, each filter. */
  readonly of: readonly unknown[];
  /** Of what `read` goes on from: another version may have written the cursor. */
  readonly position: z.ZodType<Position>;
  read(limit: number, after: Position | undefined): Promise<Part<Item, Position>>;
}

/** Tells a list in pages that hang together by opaque cursors. */
export class Pages {
  constructor(private readonly cursors: Cursors) {}

  /** @throws Problem `invalid-request` for a cursor that was changed, or belongs to another list */
  async page<Item, Position>({ limit, cursor }: PageQuery, listing: Listing<Item, Position>) {
    const of = JSON.stringify(listing.of);
    const { items, next } = await listing.read(limit, cursor === undefined ? undefined : await this.open(cursor, of, listing.position));
    return { items: [...items], nextCursor: next === undefined ? null : await this.cursors.seal(next, of) };
  }

  private async open<Position>(cursor: string, of: string, position: z.ZodType<Position>): Promise<Position> {
    const parsed = position.safeParse(await this.cursors.open(cursor, of));
    if (!parsed.success) throw invalidCursor();
    return parsed.data;
  }
}
