import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { Cancel } from '@murmuration/protocol/time/clock';

/** State of a phone, by functions that the app provides; undefined results are unknown. */
export interface PhoneConditions {
  /** Returns true if the app is not in use. */
  readonly idle?: () => Answer<boolean>;
  readonly charging?: () => Answer<boolean>;
  /** Returns true if the network doesn't charge by volume. */
  readonly unmetered?: () => Answer<boolean>;
  /** Returns the bytes that the app may still store. */
  readonly freeBytes?: () => Answer<number>;
  /** Calls `wake` whenever the phone gets a network again, until the returned function is called. */
  readonly online?: (wake: () => void) => Cancel;
}
type Answer<Value> = Value | undefined | Promise<Value | undefined>;

/** Reads `AppState` of React Native: a phone is idle if the app is not in front. */
export function appState(state: { readonly currentState: string | null | undefined }): PhoneConditions {
  return { idle: () => (state.currentState ? state.currentState !== 'active' : undefined) };
}

/** Reads `expo-battery`. */
export function expoBattery(battery: { getBatteryStateAsync(): Promise<number> }): PhoneConditions {
  return {
    async charging() {
      // States: unknown, unplugged, charging, full.
      const state = await battery.getBatteryStateAsync();
      return state === 0 ? undefined : state >= 2;
    },
  };
}

/** Reads `react-native-device-info`. */
export function deviceInfo(info: {
  isBatteryCharging(): Promise<boolean>;
  getFreeDiskStorage(): Promise<number>;
}): PhoneConditions {
  return { charging: () => info.isBatteryCharging(), freeBytes: () => info.getFreeDiskStorage() };
}

/** Network state of `@react-native-community/netinfo`. */
export interface NetInfoStateLike {
  readonly type: string;
  readonly isConnected: boolean | null;
  readonly details?: { readonly isConnectionExpensive?: boolean } | null;
}

/**
 * Reads `@react-native-community/netinfo`: mobile networks, and those that the
 * system calls expensive, are metered.
 */
export function netInfo(info: {
  fetch(): Promise<NetInfoStateLike>;
  addEventListener(listener: (state: NetInfoStateLike) => void): () => void;
}): PhoneConditions {
  return {
    async unmetered() {
      const { type, isConnected, details } = await info.fetch();
      if (!isConnected || type === 'unknown') return undefined;
      return (type === 'wifi' || type === 'ethernet') && details?.isConnectionExpensive !== true;
    },
    online(wake) {
      let wasConnected: boolean | undefined;
      return info.addEventListener(({ isConnected }) => {
        if (isConnected && wasConnected === false) wake();
        wasConnected = isConnected ?? wasConnected;
      });
    },
  };
}

/** Returns all conditions; those that fail or are unknown are absent. */
export async function phoneConditions(phone: PhoneConditions): Promise<Conditions> {
  const [idle, charging, unmetered, free] = await Promise.all([
    answerOf(phone.idle),
    answerOf(phone.charging),
    answerOf(phone.unmetered),
    answerOf(phone.freeBytes),
  ]);
  return {
    ...(typeof idle === 'boolean' && { idle }),
    ...(typeof charging === 'boolean' && { charging }),
    ...(typeof unmetered === 'boolean' && { unmetered }),
    ...(typeof free === 'number' && free >= 0 && { freeMiB: powerOfTwo(free / 2 ** 20) }),
  };
}

async function answerOf<Value>(ask: (() => Answer<Value>) | undefined): Promise<Value | undefined> {
  try {
    return await ask?.();
  } catch {
    return undefined;
  }
}

/** Rounds down to a power of 2, so that the value identifies no device. */
function powerOfTwo(value: number): number {
  return value < 1 ? 0 : 2 ** Math.min(31, Math.floor(Math.log2(value)));
}
