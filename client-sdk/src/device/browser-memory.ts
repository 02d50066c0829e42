/** What training may take of a device's memory; the rest is for the page, its other tabs and the system. */
const SHARE = 1 / 4;

/**
 * Bytes of memory that training may take in this browser: a quarter of the device's, as far as its browser tells (Device Memory API:
 * in Chromium, rounded, and 8 GiB at most); undefined for as many as the system gives. Known in pages and in their workers.
 */
export function browserMemoryLimit(): number | undefined {
  const { navigator } = globalThis as { navigator?: { readonly deviceMemory?: number } };
  const gibibytes = navigator?.deviceMemory;
  return gibibytes === undefined ? undefined : gibibytes * 2 ** 30 * SHARE;
}
