import { createHash, type Hash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Bytes above which a vector is hashed only once, even if many examples share it. */
const longVector = 4_096;
const chunkLength = 65_536;
/** Maximum depth of nested objects and lists. */
const maxDigestDepth = 64;

/**
 * Returns the SHA-256, in hexadecimal, of plain data, to compare what two machines have loaded bit for bit.
 * The order of an object's keys does not matter.
 * @throws `config.invalid` for values that are no data, such as functions
 */
export function digestOf(value: unknown): string {
  return new Digest().of(value);
}

class Digest {
  readonly #hash: Hash = createHash('sha256');
  readonly #chunk = Buffer.alloc(chunkLength);
  readonly #vectors = new Map<object, Buffer>();
  #length = 0;

  of(value: unknown): string {
    this.#add(value, 0);
    this.#hash.update(this.#chunk.subarray(0, this.#length));
    return this.#hash.digest('hex');
  }

  #add(value: unknown, depth: number): void {
    if (depth > maxDigestDepth) throw unusable('lie too deep in one another');
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'bigint') this.#text(`${value}n`);
    else if (value === null || value === undefined || typeof value === 'boolean') this.#mark(`${value}`, 0);
    else if (typeof value === 'object') this.#object(value, depth);
    else throw unusable(`hold a ${typeof value}`);
  }

  #object(value: object, depth: number): void {
    if (ArrayBuffer.isView(value))
      this.#bytes(value, value.constructor.name, value.buffer, value.byteOffset, value.byteLength);
    else if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
      this.#bytes(value, 'buffer', value, 0, value.byteLength);
    else if (Array.isArray(value)) this.#list(value, depth);
    else if (value instanceof Set || value instanceof Map) this.#list([...value], depth);
    else this.#entries(value, depth);
  }

  #entries(value: object, depth: number): void {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    this.#mark('object', entries.length);
    for (const [name, each] of entries) {
      this.#text(name);
      this.#add(each, depth + 1);
    }
  }

  #list(items: readonly unknown[], depth: number): void {
    this.#mark('list', items.length);
    for (const item of items) this.#add(item, depth + 1);
  }

  #number(value: number): void {
    const bytes = Buffer.alloc(9);
    bytes[0] = 1;
    bytes.writeDoubleLE(value, 1);
    this.#write(bytes);
  }

  #text(value: string): void {
    const bytes = Buffer.from(value);
    this.#mark('text', bytes.length);
    this.#write(bytes);
  }

  #bytes(key: object, kind: string, buffer: ArrayBufferLike, offset: number, length: number): void {
    this.#mark(kind, length);
    const bytes = Buffer.from(buffer as ArrayBuffer, offset, length);
    if (length <= longVector) {
      this.#write(bytes);
      return;
    }
    const known = this.#vectors.get(key) ?? createHash('sha256').update(bytes).digest();
    this.#vectors.set(key, known);
    this.#write(known);
  }

  /** Writes the type and length of the next value. */
  #mark(kind: string, count: number): void {
    this.#write(Buffer.from(`${kind} ${count}\n`));
  }

  #write(bytes: Buffer): void {
    if (this.#length + bytes.length > chunkLength) {
      this.#hash.update(this.#chunk.subarray(0, this.#length));
      this.#length = 0;
    }
    if (bytes.length > chunkLength) {
      this.#hash.update(bytes);
      return;
    }
    bytes.copy(this.#chunk, this.#length);
    this.#length += bytes.length;
  }
}

function unusable(what: string): MurmurationError {
  return new MurmurationError(
    'config.invalid',
    `The data of the scenario ${what}, so that workers can't prove that they have the same; make them plain data.`,
  );
}
