import type { Writable } from 'node:stream';
import { Command, type Redis } from 'ioredis';

/** SET command for a value in several pieces of memory, without copying them. */
class SetInParts extends Command {
  readonly #parts: readonly Uint8Array[];
  readonly #line: string;
  readonly #end: string;

  constructor(key: string, parts: readonly Uint8Array[], seconds: number) {
    super('set', [key], { replyEncoding: 'utf8' });
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const expiry = String(seconds);
    this.#parts = parts;
    this.#line = `*5\r\n$3\r\nset\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n$${length}\r\n`;
    this.#end = `\r\n$2\r\nEX\r\n$${expiry.length}\r\n${expiry}\r\n`;
  }

  /** Writes all but the end of the command, which the caller writes. */
  override toWritable(socket: Writable): string {
    socket.cork();
    process.nextTick(() => socket.uncork());
    socket.write(this.#line);
    for (const part of this.#parts) socket.write(part);
    return this.#end;
  }
}

/**
 * Sets a value that expires after `seconds`. `parts` must not change until this resolves, because a lost
 * connection sends them again.
 */
export async function setInParts(
  redis: Redis,
  key: string,
  parts: readonly Uint8Array[],
  seconds: number,
): Promise<void> {
  await redis.sendCommand(new SetInParts(key, parts, seconds));
}
