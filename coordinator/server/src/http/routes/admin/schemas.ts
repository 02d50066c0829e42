import { roles } from '@murmuration/api/role';
import type { Page, Place } from '@murmuration/rounds/paging/paging';
import * as z from 'zod';

/** Time in UTC. */
export const instant = z.iso.datetime();

export const role = z.enum(roles);

export const tokenParams = z.object({
  token: z.string().regex(/^[A-Za-z0-9_-]{16}$/, 'expected 16 letters, digits, hyphens and underscores'),
});

/** Expiry time of a token; null: it is valid until revoked. */
export const expiresAt = instant.nullable().default(null);

/** Position in a list: `next` of the previous page. */
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

/** Returns `next` of a page of rows; a full page may have a successor. */
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

/** Converts a time to ms since 1970. */
export function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** Returns `next` of a page of numbered rows; a full page may have a successor. */
export function nextNumber(rows: readonly { readonly number: number }[], limit: number): number | null {
  return rows.length < limit ? null : (rows.at(-1)?.number ?? null);
}
