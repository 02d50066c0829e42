const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Uint8Array(128).fill(64);
for (let i = 0; i < 64; i++) values[letters.charCodeAt(i)] = i;

/** Characters joined at a time: engines limit the arguments of one call. */
const charactersAtOnce = 4_096;

/** Encodes bytes as text (RFC 4648 §4, without padding), for platforms without `btoa`. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  const codes: number[] = [];
  const letter = (value: number) => codes.push(letters.charCodeAt(value & 63));
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    letter(word >> 18);
    letter(word >> 12);
    if (i + 1 < bytes.length) letter(word >> 6);
    if (i + 2 < bytes.length) letter(word);
    if (codes.length < charactersAtOnce) continue;
    text += String.fromCharCode(...codes);
    codes.length = 0;
  }
  return text + String.fromCharCode(...codes);
}

/** Decodes such a text; undefined if invalid. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [word, bits, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? 64;
    if (value === 64) return undefined;
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = word >> bits;
  }
  return bytes;
}
