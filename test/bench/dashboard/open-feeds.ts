import { livePath } from '@murmuration/api/live';
import { io, type Socket } from 'socket.io-client';

/** Live feeds as open pages have them. */
export interface Feeds {
  /** States that each of them was told so far, all added up. */
  readonly told: () => number;
  close(): void;
}

/** Opens so many live feeds with an operator's token; each has been told the state once when this returns. */
export async function openFeeds(url: string, token: string, count: number): Promise<Feeds> {
  let told = 0;
  const sockets: Socket[] = [];
  const close = () => {
    for (const socket of sockets) socket.disconnect();
  };
  try {
    await Promise.all(
      Array.from({ length: count }, () => {
        const socket = io(url, {
          path: livePath,
          transports: ['websocket'],
          reconnection: false,
          forceNew: true,
          extraHeaders: { authorization: `Bearer ${token}` },
        });
        sockets.push(socket);
        socket.on('overview', () => {
          told += 1;
        });
        return new Promise<void>((resolve, reject) => {
          socket.once('overview', () => resolve());
          socket.once('connect_error', reject);
        });
      }),
    );
  } catch (error) {
    close();
    throw error;
  }
  return { told: () => told, close };
}
