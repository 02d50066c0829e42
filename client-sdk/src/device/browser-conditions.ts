import type { Conditions } from '@murmuration/protocol/messages/check-in';

/** Members that only some browsers have (Battery Status API, Network Information API). */
interface Navigator {
  getBattery?(): Promise<{ readonly charging: boolean; readonly level: number }>;
  readonly storage?: { estimate?(): Promise<{ readonly quota?: number; readonly usage?: number }> };
  readonly connection?: { readonly saveData?: boolean; readonly type?: string };
}

/**
 * Returns the device's conditions that its browser reports, at each check-in.
 *
 * - `idle`: true if the page is hidden. Browsers don't report other use of the device.
 * - `charging`: from the battery, in Chromium.
 * - `freeMiB`: free quota of the origin, rounded down to a power of 2.
 * - `unmetered`: false if the person saves data or is on a mobile network, true on Wi-Fi or a cable, in
 * browsers
 *   that report the kind of network.
 */
export async function browserConditions(): Promise<Conditions> {
  const { navigator, document } = globalThis as { navigator?: Navigator; document?: Document };
  // Some browsers have it and reject.
  const battery = await navigator?.getBattery?.().catch(() => undefined);
  const room = await navigator?.storage?.estimate?.().catch(() => undefined);
  return {
    ...(document && { idle: document.visibilityState === 'hidden' }),
    ...(battery && { charging: battery.charging }),
    ...known('unmetered', isUnmetered(navigator?.connection)),
    ...known('freeMiB', freeMiB(room)),
  };
}

/** Share of a battery, 0 to 1, below which a device that is not charging takes no part. */
const leastBattery = 0.2;

/**
 * Returns the reason to spare the device now; undefined if there is none, or the browser doesn't report any.
 */
export async function browserSpares(): Promise<string | undefined> {
  const { navigator } = globalThis as { navigator?: Navigator };
  if (navigator?.connection?.saveData) return 'the person saves data';
  const battery = await navigator?.getBattery?.().catch(() => undefined);
  return battery && !battery.charging && battery.level < leastBattery ? 'the battery is low' : undefined;
}

function isUnmetered(connection: Navigator['connection']): boolean | undefined {
  if (connection?.saveData || connection?.type === 'cellular') return false;
  return connection?.type === 'wifi' || connection?.type === 'ethernet' ? true : undefined;
}

function freeMiB({
  quota,
  usage,
}: {
  readonly quota?: number;
  readonly usage?: number;
} = {}): number | undefined {
  if (quota === undefined || usage === undefined) return undefined;
  const free = (quota - usage) / 2 ** 20;
  return free < 1 ? 0 : 2 ** Math.min(31, Math.floor(Math.log2(free)));
}

function known(name: keyof Conditions, value: boolean | number | undefined): Conditions {
  return value === undefined ? {} : { [name]: value };
}
