import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { Cancel } from '@murmuration/protocol/time/clock';

/** What a phone tells of its state, each where the app has something that knows it; undefined where that can't say. */
export interface PhoneConditions {
  /** Whether nobody uses the app now. */
  readonly idle?: () => Answer<boolean>;
  readonly charging?: () => Answer<boolean>;
  /** Whether the network costs nothing by the byte. */
  readonly unmetered?: () => Answer<boolean>;
  /** Bytes that the app may still store. */
  readonly freeBytes?: () => Answer<number>;
  /** Calls `wake` each time the phone comes back to a network, until the returned function is called. */
  readonly online?: (wake: () => void) => Cancel;
}
type Answer<Value> = Value | undefined | Promise<Value | undefined>;

/** Of `AppState` of React Native: a phone is idle where the app is not in front. */
export function appState(state: { readonly currentState: string | null | undefined }): PhoneConditions {
  return { idle: () => (state.currentState ? state.currentState !== 'active' : undefined) };
}

/** Of `expo-battery`. */
export function expoBattery(battery: { getBatteryStateAsync(): Promise<number> }): PhoneConditions {
  return {
    async charging() {
      // Unknown, unplugged, charging, full.
      const state = await battery.getBatteryStateAsync();
      return state === 0 ? undefined : state >= 2;
    },
  };
}

/** Of `react-native-device-info`. */
export function deviceInfo(info: {
  isBatteryCharging(): Promise<boolean>;
  getFreeDiskStorage(): Promise<number>;
}): PhoneConditions {
  return { charging: () => info.isBatteryCharging(), freeBytes: () => info.getFreeDiskStorage() };
}

/** What `@react-native-community/netinfo` says of the network. */
export interface NetInfoStateLike {
  readonly type: string;
  readonly isConnected: boolean | null;
  readonly details?: { readonly isConnectionExpensive?: boolean } | null;
}

/** Of `@react-native-community/netinfo`: a mobile network, and one that the system calls expensive, is metered. */
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

/** Asks each; what fails or says nothing is left out. */
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

/** Rounded down, so that it tells no device from others. */
function powerOfTwo(value: number): number {
  return value < 1 ? 0 : 2 ** Math.min(31, Math.floor(Math.log2(value)));
}
