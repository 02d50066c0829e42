/** SHA-256. */
export type Hash = (message: Uint8Array) => Uint8Array;

/** The rows of buckets that the first round has. */
export const rows = 3;
/** Pieces of a text; each device that has it says one of them. */
export const pieces = 4;
/** Pieces that tell a text; fewer tell nothing of it to whoever can't guess it. */
export const piecesNeeded = 3;
/** Values of a piece are below this prime. */
export const prime = 65_537;

/** What follows from a text, for one query. */
export interface TextDigest {
  /** Its bucket in each row. */
  readonly buckets: readonly number[];
  /** One of its pieces, numbered from 0: values modulo the prime, each of two bytes. */
  piece(number: number): readonly number[];
  /** The piece that a device says, by its own secret: the same whenever it is asked. */
  pieceOf(secret: Uint8Array): number;
}

/** What of a query texts are hashed with. */
interface Asked {
  readonly name: string;
  readonly buckets: number;
  readonly bytes: number;
}

/**
 * Shamir's scheme (1979) over each two bytes of a text, whose polynomials follow from the text itself, so that devices which have never heard of
 * each other share out the same secret (STAR: Davidson et al. 2022).
 */
export function digestOf(text: string, { name, buckets, bytes }: Asked, hash: Hash): TextDigest {
  const encoder = new TextEncoder();
  const digest = hash(encoder.encode(`murmuration heavy hitters 1\n${name}\n${text}`));
  const view = new DataView(digest.buffer, digest.byteOffset);
  const padded = new Uint8Array(bytes);
  padded.set(encoder.encode(text));
  const secrets = Array.from({ length: bytes / 2 }, (_, i) => padded[2 * i]! | (padded[2 * i + 1]! << 8));
  return {
    buckets: Array.from({ length: rows }, (_, row) => view.getUint32(4 * row, true) % buckets),
    piece(number) {
      const coefficients = coefficientsOf(digest, hash);
      const at = number + 1;
      return secrets.map(value => {
        let power = 1;
        let sum = value;
        for (let degree = 1; degree < piecesNeeded; degree++) {
          power = (power * at) % prime;
          sum = (sum + coefficients() * power) % prime;
        }
        return sum;
      });
    },
    pieceOf: secret => hash(Uint8Array.of(...secret, ...digest))[0]! % pieces,
  };
}

/** The coefficients of the polynomials, one after the other, below the prime. */
function coefficientsOf(digest: Uint8Array, hash: Hash): () => number {
  let block = 0;
  let view: DataView | undefined;
  let at = 0;
  return () => {
    if (!view || at === view.byteLength) {
      const { buffer, byteOffset, byteLength } = hash(Uint8Array.of(...digest, block++));
      view = new DataView(buffer, byteOffset, byteLength);
      at = 0;
    }
    at += 4;
    return view.getUint32(at - 4, true) % prime;
  };
}
