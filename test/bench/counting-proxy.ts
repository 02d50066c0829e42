import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of the coordinator that counts what passes, by whether a connection begins with the socket's path. */
export async function countingProxy(target: URL) {
  const bytes = { control: 0, httpUp: 0, httpDown: 0 };
  const open = new Set<Socket>();
  const server = createServer(device => {
    const coordinator = connect(Number(target.port), target.hostname);
    let control: boolean | undefined;
    device.on('data', chunk => {
      control ??= chunk.subarray(0, 64).toString('latin1').startsWith('GET /v1/socket');
      bytes[control ? 'control' : 'httpUp'] += chunk.length;
    });
    coordinator.on('data', chunk => {
      bytes[control ? 'control' : 'httpDown'] += chunk.length;
    });
    for (const [from, to] of [
      [device, coordinator],
      [coordinator, device],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    bytes,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
