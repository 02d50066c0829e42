import { execFileSync, spawnSync } from 'node:child_process';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Host } from '../cluster/host.ts';

/** Packets between two addresses that are lost. */
export type Way = 'both' | 'there' | 'back';

/** What all addresses of one network may begin with. */
const allNets = Array.from({ length: 64 }, (_, i) => `10.${192 + i}`);

/** Networks of this process so far. */
let made = 0;

/**
 * Hosts of this machine, each a network namespace with one cable to a router, which is another one; what this process opens at `outside` can be
 * reached from all of them. Each network has addresses of its own, so that several runs go on at once. A cut loses packets in the router without
 * a word to anybody, so that connections stay open on both sides and nothing arrives. Needs root, and `ip` of iproute2.
 */
export class Network {
  readonly #name: string;
  readonly #net: string;
  readonly #router: string;
  readonly #namespaces: string[] = [];
  readonly #rules: string[][] = [];
  #cables = 0;

  /**
   * `nets`: what its addresses may begin with, of which it takes one that nobody has. Throws `config.invalid` where this machine has no such namespaces
   * for this process, or none of these is free.
   */
  constructor(nets: readonly string[] = allNets) {
    const { status, stderr, error } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    if (process.getuid?.() !== 0 || status !== 0)
      throw new MurmurationError(
        'config.invalid',
        `Network namespaces can't be made here: run this as root, with "ip" of iproute2 (apt-get install iproute2). ${error?.message ?? stderr}`,
      );
    made += 1;
    this.#name = `${process.pid}-${made}`;
    this.#router = this.#namespace('router');
    try {
      ip('netns', 'exec', this.#router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
      this.#plug(this.#device);
      ip('link', 'set', this.#device, 'up');
      this.#net = claim(nets, this.#device);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** The end of the cable between this machine itself and the router. */
  get #device(): string {
    return `murm-${this.#name}`;
  }

  /** This machine itself, with so many addresses: what listens at one of them can be cut off by itself. */
  outside(count: number): readonly string[] {
    const { subnet, gateway } = this.#connect(1);
    const addresses = Array.from({ length: count }, (_, i) => `${subnet}.${i + 2}`);
    for (const address of addresses) ip('addr', 'add', `${address}/24`, 'dev', this.#device);
    // In place of the claim.
    ip('route', 'replace', `${this.#net}.0.0/16`, 'via', gateway);
    return addresses;
  }

  host(name: string): Host {
    const namespace = this.#namespace(name);
    const { subnet, gateway } = this.#connect(this.#plug('cable', namespace));
    const address = `${subnet}.2`;
    ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'cable');
    ip('-n', namespace, 'link', 'set', 'cable', 'up');
    ip('-n', namespace, 'route', 'add', 'default', 'via', gateway);
    return { address, prefix: ['ip', 'netns', 'exec', namespace] };
  }

  /** Loses packets from one address to another one, or also those back, or only these. */
  cut(from: string, to: string, way: Way): void {
    for (const [one, other] of [
      ...(way === 'back' ? [] : [[from, to]]),
      ...(way === 'there' ? [] : [[to, from]]),
    ]) {
      const rule = ['from', one!, 'to', other!, 'blackhole'];
      ip('-n', this.#router, 'rule', 'add', ...rule);
      this.#rules.push(rule);
    }
  }

  /** Whether nothing is cut. */
  get isWhole(): boolean {
    return this.#rules.length === 0;
  }

  /** Lets all packets through. */
  heal(): void {
    for (const rule of this.#rules.splice(0)) ip('-n', this.#router, 'rule', 'del', ...rule);
  }

  remove(): void {
    for (const namespace of this.#namespaces.splice(0)) ip('netns', 'del', namespace);
  }

  #namespace(name: string): string {
    const namespace = `murmuration-${this.#name}-${name}`;
    ip('netns', 'add', namespace);
    this.#namespaces.push(namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  /** A cable to the router, whose other end is called `name` and in a namespace where one is given; its number, from 1. */
  #plug(name: string, namespace?: string): number {
    this.#cables += 1;
    const end = namespace === undefined ? [] : ['netns', namespace];
    const plug = `plug-${this.#cables}`;
    ip('link', 'add', 'name', name, ...end, 'type', 'veth', 'peer', 'name', plug, 'netns', this.#router);
    return this.#cables;
  }

  /** Gives a subnet to a cable, of which the router has the first address. */
  #connect(cable: number) {
    const subnet = `${this.#net}.${cable}`;
    ip('-n', this.#router, 'addr', 'add', `${subnet}.1/24`, 'dev', `plug-${cable}`);
    ip('-n', this.#router, 'link', 'set', `plug-${cable}`, 'up');
    return { subnet, gateway: `${subnet}.1` };
  }
}

/**
 * Takes one of these for a device, by a route to all of its addresses: of two processes that want the same one, the system lets one have it, until
 * its device is gone. Throws `config.invalid` where none is free.
 */
function claim(nets: readonly string[], device: string): string {
  const routes = execFileSync('ip', ['-4', 'route', 'show', 'table', 'all'], { encoding: 'utf8' });
  const isTaken = (net: string) => new RegExp(`\\b${net.replace('.', '\\.')}\\.\\d`).test(routes);
  const first = process.pid % nets.length;
  const refusals = new Set<string>();
  for (const net of [...nets.slice(first), ...nets.slice(0, first)]) {
    if (isTaken(net)) continue;
    const route = ['route', 'add', `${net}.0.0/16`, 'dev', device];
    const { status, stderr } = spawnSync('ip', route, { encoding: 'utf8' });
    if (status === 0) return net;
    refusals.add(stderr.trim());
  }
  throw new MurmurationError(
    'config.invalid',
    `No network of ${nets[0]}.0.0/16 to ${nets.at(-1)}.0.0/16 is free on this machine. "ip route show table all" says who has them; what a run that was killed has left ends with "ip netns del NAME" for each murmuration-… of "ip netns list". ${[...refusals].join(' ')}`.trim(),
  );
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
