// Takes connections at a port of the loopback address, and brings them to another host: `relay.mjs PORT HOST PORT`. Tells its parent once it
// listens.
import { connect, createServer } from 'node:net';

const [port, host, to] = process.argv.slice(2);
const server = createServer(socket => {
  const other = connect(Number(to), host);
  for (const [one, two] of /** @type {const} */ ([
    [socket, other],
    [other, socket],
  ])) {
    one.pipe(two);
    one.on('error', () => two.destroy());
  }
});
server.listen(Number(port), '127.0.0.1', () => process.send?.('listening'));
process.once('disconnect', () => process.exit());
