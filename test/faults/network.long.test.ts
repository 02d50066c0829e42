import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { Network } from './partition/network.ts';

/** Root, on a system that has network namespaces. */
const canMake = process.getuid?.() === 0 && spawnSync('ip', ['netns', 'list']).status === 0;

const networks: Network[] = [];
const closings: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
  for (const network of networks.splice(0)) network.remove();
});

function open(nets?: readonly string[]): Network {
  const network = new Network(nets);
  networks.push(network);
  return network;
}

/** Answers with its name whoever connects. */
async function listen(address: string, name: string): Promise<number> {
  const server = createServer(socket => socket.end(name)).listen(0, address);
  closings.push(() => server.close());
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

const run = promisify(execFile);

/** What a host hears at an address; undefined where nothing comes. */
async function heard(prefix: readonly string[], address: string, port: number): Promise<string | undefined> {
  const program = `const socket = require('node:net').connect(${port}, '${address}');
    socket.setTimeout(1_000, () => process.exit(1));
    socket.on('error', () => process.exit(1)).pipe(process.stdout);`;
  const [command, ...args] = [...prefix, process.execPath, '-e', program];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await run(command!, args, { env }).catch(() => ({ stdout: undefined }));
  return stdout;
}

describe.runIf(canMake)('networks of two runs at once', () => {
  it('have addresses of their own, and cuts of one leave the other whole', async () => {
    const places = [];
    for (const name of ['one', 'other']) {
      const network = open();
      const [address] = network.outside(2);
      const host = network.host('cell');
      places.push({ network, name, address: address!, host, port: await listen(address!, name) });
    }
    const [one, other] = places as [(typeof places)[0], (typeof places)[0]];
    const all = places.flatMap(({ address, host }) => [address, host.address]);
    expect(new Set(all).size).toBe(4);
    expect(new Set(all.map(each => each.split('.').slice(0, 2).join('.'))).size).toBe(2);
    const hear = ({ host, address, port }: typeof one) => heard(host.prefix, address, port);
    expect(await Promise.all(places.map(hear))).toEqual(['one', 'other']);
    one.network.cut(one.host.address, one.address, 'both');
    expect(await Promise.all(places.map(hear))).toEqual([undefined, 'other']);
    one.network.heal();
    expect(await Promise.all(places.map(hear))).toEqual(['one', 'other']);
    // What one of them had is free again.
    other.network.remove();
    expect(await hear(one)).toBe('one');
  });

  it('take what is free of those that they may have, and say what to do where nothing is', () => {
    const nets = ['10.190', '10.191'];
    const both = [open(nets), open(nets)].map(network => network.outside(1)[0]!);
    expect(both.map(address => address.slice(0, 6)).sort()).toEqual(nets);
    expect(() => open(nets)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        detail: expect.stringMatching(
          /No network of 10\.190\.0\.0\/16 to 10\.191\.0\.0\/16 is free.*ip netns del/,
        ),
      }),
    );
    const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    expect(stdout.match(new RegExp(`murmuration-${process.pid}-`, 'g'))).toHaveLength(2);
    networks.shift()!.remove();
    expect(open(nets).outside(1)).toHaveLength(1);
  });
});
