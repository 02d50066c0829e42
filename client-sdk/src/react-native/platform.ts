import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { portable } from '@murmuration/protocol/primitives/portable';
import { portableEd25519 } from '@murmuration/protocol/primitives/portable-signing';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { parts } from '../client/parts.ts';
import type { Platform } from '../client/platform.ts';
import { nativeTransport } from '../transport/native.ts';
import { localUpdateProcessor } from '../update/local-update-processor.ts';
import { type PhoneConditions, phoneConditions } from './conditions.ts';
import { type GetRandomValues, requireRandom, requireUrl } from './requirements.ts';
import { awaited, type Wake } from './wake.ts';

export interface Phone extends PhoneConditions {
  /** `Platform.OS` of React Native; the coordinator gets `other` for anything but Android and iOS. */
  readonly os: string;
  /**
   * Random numbers of the system where `crypto.getRandomValues` is missing, such as those of `expo-crypto`.
   */
  readonly getRandomValues?: GetRandomValues;
}

/** Current wake, if any. */
export interface Wakes {
  current: Wake | undefined;
}

/**
 * Returns the platform of a phone, where all of the SDK runs in JavaScript. Throws `options.invalid`, which
 * says what to install, for what the app lacks.
 */
export function phonePlatform(phone: Phone, wakes: Wakes): Platform {
  const random = requireRandom(phone.getRandomValues);
  requireUrl();
  const { online } = phone;
  return {
    name: phone.os === 'android' || phone.os === 'ios' ? phone.os : 'other',
    clock: systemClock,
    random,
    signingKey: portableEd25519.signingKey,
    parts,
    updateProcessor: async () => localUpdateProcessor(portable, random),
    conditions: async () => ({ ...(await phoneConditions(phone)), ...wakes.current?.conditions() }),
    ...(online && { online }),
    transport: (base, platform, name) => {
      // In the background no idle connection is held.
      const named = () => (wakes.current ? 'http' : name);
      return awaited(nativeTransport(base, platform, named), () => wakes.current);
    },
    trainer() {
      throw new MurmurationError(
        'options.invalid',
        'React Native starts no module by its address: give the task a trainer, an object with train and close.',
      );
    },
  };
}
