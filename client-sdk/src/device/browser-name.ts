/** What browsers of Chromium say of themselves (User-Agent Client Hints). */
interface Hints {
  readonly brands?: readonly { readonly brand: string; readonly version: string }[];
}

/** Families by what their user agents hold; the order matters, for most claim to be others as well. */
const families = [
  ['firefox', /Firefox\/(\d+)/],
  ['chromium', /Chrom(?:e|ium)\/(\d+)/],
  ['safari', /Version\/(\d+).* Safari\//],
] as const;

/** What the coordinator is told to run on: the family of the browser and its major version, such as `web chromium 140`; `web` where that is unknown. */
export function browserName(): string {
  const { navigator } = globalThis as {
    navigator?: { readonly userAgent?: string; readonly userAgentData?: Hints };
  };
  const brand = navigator?.userAgentData?.brands?.find(({ brand }) => brand === 'Chromium');
  if (brand && /^\d{1,5}$/.test(brand.version)) return `web chromium ${brand.version}`;
  for (const [family, pattern] of families) {
    const version = pattern.exec(navigator?.userAgent ?? '')?.[1];
    if (version) return `web ${family} ${version.slice(0, 5)}`;
  }
  return 'web';
}
