/** Computes SHA-256. */
export type Hash = (message: Uint8Array) => Uint8Array;

/** Rows of buckets in the first round. */
export const bucketRows = 3;
/** Pieces of a text; each device that has it reports one of them. */
export const pieces = 4;
/** Pieces that reveal a text; fewer reveal nothing of it to a reader who can't guess it. */
export const piecesNeeded = 3;
/** Modulus of the values of a piece. */
export const modulus = 65_537;

/** Hashes and pieces of a text for one query. */
export interface TextDigest {
  /** Bucket of the text in each row. */
  readonly buckets: readonly number[];
  /** Piece of that number, from 0: values modulo the prime, each of two bytes of the text. */
  piece(number: number): readonly number[];
  /** Number of the piece that a device reports; follows from its secret, so it is always the same. */
  pieceOf(secret: Uint8Array): number;
}

/** Fields of a query that the hash of a text depends on. */
interface Asked {
  readonly name: string;
  readonly buckets: number;
  readonly bytes: number;
}

/**
 * Splits a text by Shamir's scheme (1979), two bytes at a time. The polynomials follow from the text itself,
 * so that devices which know nothing of each other share out the same secret (STAR: Davidson et al. 2022).
 */
export function digestOf(text: string, { name, buckets, bytes }: Asked, hash: Hash): TextDigest {
  const encoder = new TextEncoder();
  const digest = hash(encoder.encode(`murmuration heavy hitters 1\n${name}\n${text}`));
  const view = new DataView(digest.buffer, digest.byteOffset);
  const padded = new Uint8Array(bytes);
  padded.set(encoder.encode(text));
  const secrets = Array.from({ length: bytes / 2 }, (_, i) => padded[2 * i]! | (padded[2 * i + 1]! << 8));
  return {
    buckets: Array.from({ length: bucketRows }, (_, row) => view.getUint32(4 * row, true) % buckets),
    piece(number) {
      const coefficients = coefficientsOf(digest, hash);
      const at = number + 1;
      return secrets.map(value => {
        let power = 1;
        let sum = value;
        for (let degree = 1; degree < piecesNeeded; degree++) {
          power = (power * at) % modulus;
          sum = (sum + coefficients() * power) % modulus;
        }
        return sum;
      });
    },
    pieceOf: secret => hash(Uint8Array.of(...secret, ...digest))[0]! % pieces,
  };
}

/** Coefficients of the polynomials, one at a time, below the prime. */
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
    return view.getUint32(at - 4, true) % modulus;
  };
}
