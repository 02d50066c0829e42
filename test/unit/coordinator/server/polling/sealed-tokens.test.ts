import { Tickets } from '@murmuration/coordinator/cells/tickets';
import { SealedTokens } from '@murmuration/coordinator/polling/sealed-tokens';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';

const key = new Uint8Array(32).fill(1);
const tokens = new SealedTokens(key);
const nonce = new Uint8Array(32).fill(7);
const device = 'AAAAAAAAAAAAAAAAAAAAAA' as DeviceId;
const identity = { device, sdk: '0.3.0', platform: 'node' as const };

describe('HT8: a token that says what its connection is', () => {
  it('is read by whoever has the key, for its time', () => {
    const challenge = tokens.challenge(nonce, 1_000);
    const other = new SealedTokens(key);
    const said = { is: 'challenge', nonce: '07'.repeat(32), until: 11_000 };
    expect(other.open(challenge, 1_000)).toEqual(said);
    expect(other.open(challenge, 10_999)).toEqual(said);
    expect(other.open(challenge, 11_000)).toBeUndefined();
    const known = tokens.device(identity, nonce, 1_000);
    expect(other.open(known, 60_999)).toEqual({
      is: 'device',
      nonce: '07'.repeat(32),
      ...identity,
      until: 61_000,
    });
    expect(other.open(known, 61_000)).toBeUndefined();
    for (const token of [challenge, known]) expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/);
  });

  it('is none where anything of it is changed, or somebody else has made it', () => {
    const token = tokens.device(identity, nonce, 1_000);
    for (let at = 0; at < token.length; at++) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      const read = tokens.open(changed, 1_000);
      // The last character of base64url has bits that say nothing.
      if (read) expect(read).toEqual({ is: 'device', nonce: '07'.repeat(32), ...identity, until: 61_000 });
    }
    const [said = '', signature = ''] = token.split('.');
    const forged = Buffer.from(
      Buffer.from(said, 'base64url').toString().replace(device, 'BBBBBBBBBBBBBBBBBBBBBB'),
    ).toString('base64url');
    const stranger = new SealedTokens(new Uint8Array(32).fill(2)).device(identity, nonce, 1_000);
    for (const wrong of [
      `${forged}.${signature}`,
      stranger,
      said,
      `${said}.`,
      '',
      '.',
      'a'.repeat(43),
      `${'a'.repeat(600)}.${signature}`,
    ])
      expect(tokens.open(wrong, 1_000)).toBeUndefined();
  });

  it('is no ticket, nor a ticket one of these, though one key makes both', () => {
    const tickets = new Tickets(key);
    const of = { task: 'line' as TaskName, device };
    expect(tokens.open(tickets.issue(of, 'https://cell.example.org', 1_000), 1_000)).toBeUndefined();
    expect(tickets.isKnown(tokens.device(identity, nonce, 1_000), of, 1_000)).toBe(false);
  });
});
