import type { Writable } from 'node:stream';
import { Command, type Redis } from 'ioredis';

/** Sets a value that lies in several pieces of memory, none of which is copied on its way. */
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

  /** Whoever asks writes what is returned, behind what is written here. */
  override toWritable(socket: Writable): string {
    socket.cork();
    process.nextTick(() => socket.uncork());
    socket.write(this.#line);
    for (const part of this.#parts) socket.write(part);
    return this.#end;
  }
}

/**
 * Sets a value, which a Redis forgets after so many seconds. What `parts` hold must stay until this resolves: a connection that was lost
 * sends it again.
 */
export async function setInParts(
  redis: Redis,
  key: string,
  parts: readonly Uint8Array[],
  seconds: number,
): Promise<void> {
  await redis.sendCommand(new SetInParts(key, parts, seconds));
}
