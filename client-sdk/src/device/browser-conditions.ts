import type { Conditions } from '@murmuration/protocol/messages/check-in';

/** What only some browsers have (Battery Status API, Network Information API). */
interface Navigator {
  getBattery?(): Promise<{ readonly charging: boolean; readonly level: number }>;
  readonly storage?: { estimate?(): Promise<{ readonly quota?: number; readonly usage?: number }> };
  readonly connection?: { readonly saveData?: boolean; readonly type?: string };
}

/**
 * The state of a device as far as its browser tells, which is asked anew at each check-in; the rest is left out.
 *
 * - `idle`: whether the page is out of sight. What else the device does no browser says.
 * - `charging`: by the battery, in Chromium.
 * - `freeMiB`: what the browser's quota leaves to the origin.
 * - `unmetered`: no where the person saves data or is on a mobile network, yes on Wi-Fi or a cable, in browsers that know the network's kind.
 */
export async function browserConditions(): Promise<Conditions> {
  const { navigator, document } = globalThis as { navigator?: Navigator; document?: Document };
  // Some browsers have it and refuse to say.
  const battery = await navigator?.getBattery?.().catch(() => undefined);
  const room = await navigator?.storage?.estimate?.().catch(() => undefined);
  return {
    ...(document && { idle: document.visibilityState === 'hidden' }),
    ...(battery && { charging: battery.charging }),
    ...known('unmetered', isUnmetered(navigator?.connection)),
    ...known('freeMiB', freeMiB(room)),
  };
}

/** The share of a battery, 0 to 1, below which a device that is not charging takes no part. */
const leastBattery = 0.2;

/** Why a device is to be spared now, in words; undefined where nothing speaks against a round, or the browser does not tell. */
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
