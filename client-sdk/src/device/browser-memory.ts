/** Share of a device's memory for training; the rest is for the page, other tabs and the system. */
const SHARE = 1 / 4;

/**
 * Returns the bytes of memory for training in this browser: a quarter of the device's, if reported (Device
 * Memory API: Chromium, rounded, up to 8 GiB); undefined means no limit. Works in pages and their workers.
 */
export function browserMemoryLimit(): number | undefined {
  const { navigator } = globalThis as { navigator?: { readonly deviceMemory?: number } };
  const gibibytes = navigator?.deviceMemory;
  return gibibytes === undefined ? undefined : gibibytes * 2 ** 30 * SHARE;
}
