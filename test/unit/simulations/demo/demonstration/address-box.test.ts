import { addressBox, isColourful } from '@murmuration/demo/demonstration/address-box';
import { describe, expect, it } from 'vitest';

const addresses = [
  { name: 'Keyboard', url: 'http://127.0.0.1:8800/keyboard/' },
  { name: 'Dashboard', url: 'http://127.0.0.1:8800/#token=abc' },
];

describe('the addresses', () => {
  it('stand in a box, one a line, all as wide as the widest', () => {
    const lines = addressBox(addresses, false).split('\n');
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    for (const { url } of addresses) expect(lines.filter(line => line.includes(` ${url} `))).toHaveLength(1);
  });

  it('are in colour only for those who watch and want it', () => {
    expect(addressBox(addresses, true)).toContain('\x1b[');
    expect(addressBox(addresses, false)).not.toContain('\x1b[');
    expect(isColourful({ isTTY: true }, {})).toBe(true);
    expect(isColourful({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(isColourful({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(isColourful({ isTTY: false }, {})).toBe(false);
  });
});
