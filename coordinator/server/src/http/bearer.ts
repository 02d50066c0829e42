/** The token of `Authorization: Bearer TOKEN`; empty where there is none, which fits nobody. */
export function bearer(header: string | undefined): string {
  return header?.startsWith('Bearer ') ? header.slice(7) : '';
}
