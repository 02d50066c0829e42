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
 * Claims of a folder among all processes of a machine and their clients. A client creates a Unix socket in
 * it, with a name that is never reused, and holds the folder if no other socket answers. A socket answers as
 * long as its process lives, however that ends, so nothing needs cleaning up, and no clock decides who is
 * gone. If two clients create theirs at once, each sees the other's, and the one with the larger name
 * withdraws. On Windows it is a named pipe, which only one process at a time can create.
 */

const isWindows = process.platform === 'win32';

/** Prefix of claims; not an entry of the storage. */
const claimPrefix = '.claim-';
/** Prefix of sockets that do not listen yet, so that they don't count as dead. */
const openingPrefix = '.opening-';
/** Bytes of the longest socket path that every platform accepts. */
const longestPath = 100;

interface Shown {
  readonly name: string;
  /** Removes the socket synchronously, so that the claim is released when this returns. */
  withdraw(): void;
}

/** Socket of another client that answers; `gone` resolves when it stops. */
interface Other {
  readonly name: string;
  readonly gone: Promise<void>;
  leave(): void;
}

/**
 * Waits until no other client has the folder, which is created if missing, and claims it until the returned
 * function is called or the process ends. Calls `waits` if it has to wait. Throws the reason of `signal` once
 * it is aborted, and `storage.failed` if the folder takes no socket.
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

/** Location of a folder's sockets. */
interface Place {
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
  // The path through a link is short enough, wherever the folder is.
  const detour = await mkdtemp(join(tmpdir(), 'm-'));
  await symlink(real, join(detour, 'f'));
  return {
    path: name => join(detour, 'f', name),
    names,
    leave: () => rmSync(detour, { recursive: true, force: true }),
  };
}

/** Creates a socket that answers as soon as others see it; undefined if another process has the only one. */
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
      // Waiting clients notice that.
      for (const socket of watchers) socket.destroy();
    };
    try {
      await listening(server, opening);
    } catch (cause) {
      if (isWindows && codeOf(cause) === 'EADDRINUSE') return undefined;
      throw failed(cause);
    }
    // This socket must not keep the process alive.
    server.unref();
    if (isWindows) return { name, withdraw };
    try {
      await rename(opening, place.path(name));
      return { name, withdraw };
    } catch (cause) {
      withdraw();
      // Another process took it for a dead process's socket.
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

/** Connects to a socket; undefined if it no longer answers. */
function ask(name: string, place: Place): Promise<Other | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(place.path(name));
    const gone = new Promise<void>(ended => socket.once('close', () => ended()));
    socket.once('connect', () => {
      // Needed to see the end of the connection.
      socket.resume();
      resolve({ name, gone, leave: () => socket.destroy() });
    });
    socket.on('error', cause => {
      const code = codeOf(cause);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(undefined);
      // The socket ended just now, or too many clients ask it.
      else if (code === 'ECONNRESET' || code === 'EAGAIN') ask(name, place).then(resolve, reject);
      else reject(failed(cause));
    });
  });
}

/** Waits until one of them is gone; throws the reason of `signal` once it is aborted. */
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
    // Not passed to the primary process of a cluster, which would share it among all workers.
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
