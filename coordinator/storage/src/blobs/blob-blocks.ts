import { createHash } from 'node:crypto';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import { blockLength, type StoredBytes } from '@murmuration/rounds/registry/stored-bytes';

/** Blocks that are kept of those read last, for all who read: 32 MiB. */
const mostBlocks = 512;
/** Blocks whose digests are known at most: those of 8 GiB, in 4 MiB. */
const mostDigests = 131_072;
const digestLength = 32;

/** Reads into `block` what a blob has from `position` on; returns how many bytes that is, 0 at its end. */
type ReadBytes = (block: Uint8Array, position: number) => Promise<number>;

/** Where blobs lie. */
export interface BlobPlace {
  /** Lets `work` read the bytes of a blob; false where there is none. Throws `storage.*`. */
  reading(hash: string, work: (read: ReadBytes) => Promise<void>): Promise<boolean>;
}

/** What is known of a blob that was read through once and fits its name. */
interface Checked {
  readonly length: number;
  /** The SHA-256 of each block. */
  readonly digests: Uint8Array;
}

/**
 * Reads blobs, which are named by the SHA-256 of what they hold, in blocks. One is read through once, before anything of it is given out, and
 * from then on each block is held to what it was; those who want one block at the same time share one read.
 */
export class BlobBlocks {
  readonly #place: BlobPlace;
  /** By hash, the least recently opened first. */
  readonly #checked = new Map<string, Promise<Checked>>();
  #digests = 0;
  /** By hash and number, the least recently read first. */
  readonly #blocks = new BoundedMap<string, Promise<Uint8Array>>(mostBlocks);
  /** Blobs are read through one at a time, however many are asked for. */
  readonly #readings = new PromiseQueue();

  constructor(place: BlobPlace) {
    this.#place = place;
  }

  /** As `BlobStore.open`; reading throws the same of a blob that has changed since. */
  async open(hash: string, toRead?: () => void): Promise<StoredBytes> {
    if (!this.#checked.has(hash)) toRead?.();
    const { length } = await this.#check(hash);
    return { length, read: (start, end) => this.#read(hash, start, end) };
  }

  /** Forgets a blob that was deleted. */
  forget(hash: string): void {
    this.#forgetFile(hash);
    for (const key of this.#blocks.keys()) if (key.startsWith(hash)) this.#blocks.delete(key);
  }

  async *#read(hash: string, start: number, end: number): AsyncIterable<Uint8Array> {
    for (let at = start; at < end; ) {
      const number = Math.floor(at / blockLength);
      const from = number * blockLength;
      const block = await this.#block(hash, number);
      yield block.subarray(at - from, Math.min(end - from, block.length));
      at = from + blockLength;
    }
  }

  #block(hash: string, number: number): Promise<Uint8Array> {
    const key = `${hash}:${number}`;
    const block = this.#blocks.get(key) ?? this.#readBlock(hash, number);
    this.#blocks.set(key, block);
    block.catch(() => {
      if (this.#blocks.get(key) === block) this.#blocks.delete(key);
    });
    return block;
  }

  async #readBlock(hash: string, number: number): Promise<Uint8Array> {
    const { length, digests } = await this.#check(hash);
    const from = number * blockLength;
    const block = Buffer.allocUnsafeSlow(Math.min(blockLength, length - from));
    await this.#reading(hash, async read => {
      if ((await fill(read, block, from)) < block.length) throw this.#corrupt(hash);
    });
    const digest = digests.subarray(number * digestLength, (number + 1) * digestLength);
    if (!sha256(block).equals(digest)) throw this.#corrupt(hash);
    return block;
  }

  #check(hash: string): Promise<Checked> {
    const known = this.#checked.get(hash);
    if (known) {
      this.#checked.delete(hash);
      this.#checked.set(hash, known);
      return known;
    }
    if (!hashPattern.test(hash)) throw new MurmurationError('model.missing');
    const checked = this.#readings.run(() => this.#readThrough(hash));
    this.#checked.set(hash, checked);
    checked.then(
      ({ digests }) => this.#remember(digests.length / digestLength),
      () => this.#checked.delete(hash),
    );
    return checked;
  }

  #remember(blocks: number): void {
    this.#digests += blocks;
    for (const oldest of this.#checked.keys()) {
      if (this.#digests <= mostDigests || this.#checked.size === 1) break;
      this.#forgetFile(oldest);
    }
  }

  #forgetFile(hash: string): void {
    const checked = this.#checked.get(hash);
    this.#checked.delete(hash);
    checked?.then(
      ({ digests }) => {
        this.#digests -= digests.length / digestLength;
      },
      () => {},
    );
  }

  async #readThrough(hash: string): Promise<Checked> {
    const whole = createHash('sha256');
    const digests: Buffer[] = [];
    let length = 0;
    const block = Buffer.allocUnsafeSlow(blockLength);
    await this.#reading(hash, async read => {
      for (;;) {
        const filled = await fill(read, block, length);
        const part = block.subarray(0, filled);
        whole.update(part);
        if (filled > 0) digests.push(sha256(part));
        length += filled;
        if (filled < blockLength) break;
      }
    });
    if (whole.digest('hex') !== hash) throw this.#corrupt(hash);
    return { length, digests: Buffer.concat(digests) };
  }

  async #reading(hash: string, work: (read: ReadBytes) => Promise<void>): Promise<void> {
    if (!(await this.#place.reading(hash, work))) throw new MurmurationError('model.missing');
  }

  #corrupt(hash: string): MurmurationError {
    return new MurmurationError(
      'model.corrupt',
      `The bytes of the blob ${hash} don't match their hash; restore them from a backup.`,
    );
  }
}

/** Reads until `block` is full or the blob ends, and returns how many bytes that is. */
async function fill(read: ReadBytes, block: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < block.length) {
    const bytes = await read(block.subarray(filled), position + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
