import { roles } from '@murmuration/api/role';
import type { Page, Place } from '@murmuration/rounds/paging/paging';
import * as z from 'zod';

/** UTC. */
export const instant = z.iso.datetime();

export const role = z.enum(roles);

export const tokenParams = z.object({
  token: z.string().regex(/^[A-Za-z0-9_-]{16}$/, 'expected 16 letters, digits, hyphens and underscores'),
});

/** A token counts until then; null: until it is revoked. */
export const expiresAt = instant.nullable().default(null);

/** A place in a list, as `next` of the page before names it. */
const cursor = z
  .string()
  .regex(/^\d{1,15}\.[A-Za-z0-9_-]{16,22}$/, 'expected `next` of the page before')
  .describe('`next` of the page before');
export const page = z.object({
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const next = z.string().nullable().describe('`after` of the next page; null at the end');

export function pageOf({ after, limit }: z.output<typeof page>): Page {
  if (after === undefined) return { after: undefined, limit };
  const dot = after.indexOf('.');
  return { after: { time: Number(after.slice(0, dot)), id: after.slice(dot + 1) }, limit };
}

/** `next` of a page of rows, of which there may be more where the page is full. */
export function nextOf<Row>(
  rows: readonly Row[],
  { limit }: Page,
  placeOf: (row: Row) => Place,
): string | null {
  const last = rows.at(-1);
  if (last === undefined || rows.length < limit) return null;
  const { time, id } = placeOf(last);
  return `${time}.${id}`;
}

/** ms since 1970. */
export function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** `next` of a page of rows with numbers, of which there may be more where the page is full. */
export function nextNumber(rows: readonly { readonly number: number }[], limit: number): number | null {
  return rows.length < limit ? null : (rows.at(-1)?.number ?? null);
}
