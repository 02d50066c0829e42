import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { portable } from '@murmuration/protocol/primitives/portable';
import { describe, expect, it } from 'vitest';
import { acceptedOfGenerated, claims } from '../../attacks/signatures/forged.ts';
import { seededRandom } from '../../seeded-random.ts';
import cctv from '../../vectors/ed25519-cctv.json' with { type: 'json' };
import speccheck from '../../vectors/ed25519-speccheck.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g)!, byte => Number.parseInt(byte, 16));
const { verify } = portable.ed25519;

describe('signatures in a page', () => {
  it('ED1–ED3: are judged as everywhere, in all published cases', () => {
    const line = speccheck.map(({ pub_key, message, signature }) =>
      verify(bytesOf(pub_key), bytesOf(message), bytesOf(signature)) ? 'V' : 'X',
    );
    expect(line.join(' ')).toBe('X X V V X X X X X X X X');
    const accepted = cctv.filter(({ key, msg, sig }) => verify(bytesOf(key), utf8(msg), bytesOf(sig)));
    expect(accepted).toHaveLength(86);
  });

  it('ED1–ED3: are judged as everywhere where torsion, the order or a bit was added', () => {
    const generated = claims(500, seededRandom(25_519));
    const accepted = generated.filter(({ key, message, signature }) => verify(key, message, signature));
    expect(accepted).toHaveLength(acceptedOfGenerated);
  });
});
