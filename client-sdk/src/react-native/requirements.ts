import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** `crypto.getRandomValues`, or an app's replacement. */
export type GetRandomValues = (bytes: Uint8Array<ArrayBuffer>) => unknown;

/** Most bytes of one call. */
const mostAtOnce = 65_536;

/**
 * Returns the system's generator of random bytes. Throws `options.invalid`, which says what to install, if
 * the app has none: keys and masks need it.
 */
export function requireRandom(own: GetRandomValues | undefined): RandomBytes {
  const { crypto } = globalThis as { crypto?: { getRandomValues?: GetRandomValues } };
  const fill = own ?? crypto?.getRandomValues?.bind(crypto);
  if (typeof fill !== 'function')
    throw new MurmurationError(
      'options.invalid',
      'This app has no random numbers that nobody can predict. Install react-native-get-random-values and import it before everything ' +
        'else, or hand in getRandomValues of expo-crypto.',
    );
  return length => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += mostAtOnce) fill(bytes.subarray(at, at + mostAtOnce));
    if (length >= 16 && bytes.every(byte => byte === 0))
      throw new MurmurationError(
        'options.invalid',
        'getRandomValues gave zeros: it has to fill the bytes that it is given.',
      );
    return bytes;
  };
}

/**
 * Throws `options.invalid`, which says what to install, if `URL` is that of
 * older React Native, which can't parse.
 */
export function requireUrl(): void {
  try {
    if (new URL('/b', 'https://a.example:8443/c').href === 'https://a.example:8443/b') return;
  } catch {
    // `URL` is missing, or does nothing.
  }
  throw new MurmurationError(
    'options.invalid',
    'The URL of this version of React Native reads no addresses. Install react-native-url-polyfill and import "react-native-url-polyfill/auto" ' +
      'before everything else.',
  );
}
