import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/**
 * Which client has a folder, among all processes of a machine and all clients in each of them. A client that wants it shows a Unix socket in
 * it, under a name that nobody ever uses again; whoever then sees no other socket that answers has it. A socket answers as long as its process
 * lives, however that ends, so nothing has to be cleaned up before the next one may go on, and no clock decides who is gone. Where two
 * show theirs at once, each sees the other's, and the one with the larger name withdraws. On Windows it is a named pipe, which
 * one process at a time can make.
 */

const isWindows = process.platform === 'win32';

/** Names that are no entries of the storage. */
const claimPrefix = '.claim-';
/** Sockets that do not listen yet, which nobody may take for dead ones. */
const openingPrefix = '.opening-';
/** Longest path of a socket that every platform takes, bytes. */
const longestPath = 100;

/** A socket that this client shows. */
interface Shown {
  readonly name: string;
  /** No longer shows it: all of that at once, so that whoever has let go has let go. */
  withdraw(): void;
}

/** A socket of somebody else that answers; `gone` once it does no more. */
interface Other {
  readonly name: string;
  readonly gone: Promise<void>;
  leave(): void;
}

/**
 * Waits until no other client has the folder, which is made where it is missing, and keeps others out until the returned function is called
 * or the process is gone. Calls `waits` where it has to wait. Throws the reason of `signal` once that is aborted, and `storage.failed`
 * where the folder takes no socket.
 */
export async function claimFolder(
  folder: string,
  random: RandomBytes,
  signal: AbortSignal,
  waits: () => void = () => {},
): Promise<() => void> {
  signal.throwIfAborted();
  const place = await placeOf(folder);
  let shown: Shown | undefined;
  let hasWaited = false;
  try {
    for (;;) {
      shown ??= await show(place, random);
      const others = shown ? await othersThan(shown.name, place) : await holderOf(place);
      try {
        signal.throwIfAborted();
        if (shown && others.length === 0) {
          const held = shown;
          return () => {
            held.withdraw();
            place.leave();
          };
        }
        if (!hasWaited) waits();
        hasWaited = true;
        signal.throwIfAborted();
        if (shown && others.some(({ name }) => name < shown!.name)) {
          shown.withdraw();
          shown = undefined;
        }
        await firstOf(others, signal);
      } finally {
        for (const other of others) other.leave();
      }
    }
  } catch (error) {
    shown?.withdraw();
    place.leave();
    throw error;
  }
}

/** Where the sockets of a folder are. */
interface Place {
  /** The path of a socket. */
  path(name: string): string;
  names(): Promise<readonly string[]>;
  leave(): void;
}

async function placeOf(folder: string): Promise<Place> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const real = await realpath(folder);
  if (isWindows) {
    const digest = createHash('sha256').update(real.toLowerCase()).digest('hex');
    return {
      path: () => `\\\\.\\pipe\\murmuration-${digest}`,
      names: async () => [claimPrefix],
      leave() {},
    };
  }
  const names = () => readdir(real);
  if (Buffer.byteLength(join(real, openingPrefix)) + 16 <= longestPath)
    return { path: name => join(real, name), names, leave() {} };
  // The way through a link is short enough, wherever the folder is.
  const detour = await mkdtemp(join(tmpdir(), 'm-'));
  await symlink(real, join(detour, 'f'));
  return {
    path: name => join(detour, 'f', name),
    names,
    leave: () => rmSync(detour, { recursive: true, force: true }),
  };
}

/** Shows a socket that answers from the first moment that others see it; undefined where the one that there can be is somebody else's. */
async function show(place: Place, random: RandomBytes): Promise<Shown | undefined> {
  for (;;) {
    const id = hex(random(8));
    const [opening, name] = [place.path(openingPrefix + id), claimPrefix + id];
    const watchers = new Set<Socket>();
    const server = createServer(socket => {
      watchers.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => watchers.delete(socket));
      socket.unref();
    });
    const withdraw = () => {
      if (!isWindows) rmSync(place.path(name), { force: true });
      server.close();
      // Whoever waits hears it by that.
      for (const socket of watchers) socket.destroy();
    };
    try {
      await listening(server, opening);
    } catch (cause) {
      if (isWindows && codeOf(cause) === 'EADDRINUSE') return undefined;
      throw failed(cause);
    }
    // A client that waits for nothing but this lets its process end.
    server.unref();
    if (isWindows) return { name, withdraw };
    try {
      await rename(opening, place.path(name));
      return { name, withdraw };
    } catch (cause) {
      withdraw();
      // Somebody took it for the rest of a process that died.
      if (codeOf(cause) !== 'ENOENT') throw failed(cause);
    }
  }
}

async function othersThan(own: string, place: Place): Promise<Other[]> {
  if (isWindows) return [];
  const found: Other[] = [];
  for (const name of await place.names()) {
    const isClaim = name.startsWith(claimPrefix);
    if (name === own || (!isClaim && !name.startsWith(openingPrefix))) continue;
    const other = await ask(name, place);
    if (!other) await rm(place.path(name), { force: true });
    else if (isClaim) found.push(other);
    else other.leave();
  }
  return found;
}

async function holderOf(place: Place): Promise<Other[]> {
  const holder = await ask(claimPrefix, place);
  return holder ? [holder] : [];
}

/** Undefined where nobody answers any more. */
function ask(name: string, place: Place): Promise<Other | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(place.path(name));
    const gone = new Promise<void>(ended => socket.once('close', () => ended()));
    socket.once('connect', () => {
      // Reads the end of it.
      socket.resume();
      resolve({ name, gone, leave: () => socket.destroy() });
    });
    socket.on('error', cause => {
      const code = codeOf(cause);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(undefined);
      // It ended in this moment, or too many ask it.
      else if (code === 'ECONNRESET' || code === 'EAGAIN') ask(name, place).then(resolve, reject);
      else reject(failed(cause));
    });
  });
}

/** Until one of them is gone; throws the reason of `signal` once that is aborted. */
async function firstOf(others: readonly Other[], signal: AbortSignal): Promise<void> {
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([stopped, ...others.map(({ gone }) => gone)]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Not handed to the primary process of a cluster, which would share it among all.
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

function failed(cause: unknown): MurmurationError {
  return new MurmurationError(
    'storage.failed',
    `The folder of the device's storage can't be claimed for one client: ${(cause as Error).message}`,
    { cause },
  );
}
