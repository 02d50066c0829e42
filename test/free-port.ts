import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports of this machine that nobody listens on, no two of them the same. */
export async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(sockets.map(socket => once(socket, 'listening')));
  const ports = sockets.map(socket => (socket.address() as { port: number }).port);
  for (const socket of sockets) socket.close();
  await Promise.all(sockets.map(socket => once(socket, 'close')));
  return ports;
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
