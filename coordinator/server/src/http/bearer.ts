/** Returns the token of `Authorization: Bearer TOKEN`, or an empty text, which matches no token. */
export function bearer(header: string | undefined): string {
  return header?.startsWith('Bearer ') ? header.slice(7) : '';
}
