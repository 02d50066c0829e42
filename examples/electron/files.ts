import { isAbsolute, join, relative } from 'node:path';

/** Scheme of the app's own pages: a secure context, unlike files of the disk. */
export const scheme = 'app';

/** File of `folder` that an address of the app names; undefined for any other address. */
export function fileOf(address: string, folder: string): string | undefined {
  const { protocol, host, pathname } = new URL(address);
  if (protocol !== `${scheme}:` || host !== 'line') return undefined;
  const path = join(folder, decodeURIComponent(pathname === '/' ? '/index.html' : pathname));
  const within = relative(folder, path);
  return within.startsWith('..') || isAbsolute(within) ? undefined : path;
}
