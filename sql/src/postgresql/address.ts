/** True if an address names a database of PostgreSQL: `postgres://…` or `postgresql://…`. */
export function isPostgresql(address: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(address);
}

/** Address of a database without its password, to show to people. */
export function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return address.replace(/\/\/[^/]*@/, '//');
  const url = new URL(address);
  url.password = '';
  url.searchParams.delete('password');
  return url.href;
}
