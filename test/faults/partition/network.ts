import { execFileSync, spawnSync } from 'node:child_process';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Host } from '../cluster/host.ts';

/** Packets between two addresses that are lost. */
export type Way = 'both' | 'there' | 'back';

/** The first two numbers of all addresses. */
const net = '10.213';

/**
 * Hosts of this machine, each a network namespace with one cable to a router, which is another one; what this process opens at `outside` can be
 * reached from all of them. A cut loses packets in the router without a word to anybody, so that connections stay open on both sides and nothing
 * arrives. Needs root, and `ip` of iproute2.
 */
export class Network {
  readonly #router: string;
  readonly #namespaces: string[] = [];
  readonly #rules: string[][] = [];
  #cables = 0;

  /** Throws `config.invalid` where this machine has no such namespaces for this process. */
  constructor() {
    const { status, stderr, error } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    if (process.getuid?.() !== 0 || status !== 0)
      throw new MurmurationError(
        'config.invalid',
        `Network namespaces can't be made here: run this as root, with "ip" of iproute2 (apt-get install iproute2). ${error?.message ?? stderr}`,
      );
    this.#router = this.#namespace('router');
    ip('netns', 'exec', this.#router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  }

  /** This machine itself, with so many addresses: what listens at one of them can be cut off by itself. */
  outside(count: number): readonly string[] {
    const cable = this.#cable(`murm-${process.pid}`);
    const addresses = Array.from({ length: count }, (_, i) => `${cable.subnet}.${i + 2}`);
    for (const address of addresses) ip('addr', 'add', `${address}/24`, 'dev', cable.name);
    ip('link', 'set', cable.name, 'up');
    ip('route', 'add', `${net}.0.0/16`, 'via', cable.gateway);
    return addresses;
  }

  host(name: string): Host {
    const namespace = this.#namespace(name);
    const cable = this.#cable('cable', namespace);
    const address = `${cable.subnet}.2`;
    ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', cable.name);
    ip('-n', namespace, 'link', 'set', cable.name, 'up');
    ip('-n', namespace, 'route', 'add', 'default', 'via', cable.gateway);
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
    const namespace = `murmuration-${process.pid}-${name}`;
    ip('netns', 'add', namespace);
    this.#namespaces.push(namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  /** A cable to the router, whose other end is called `name` and in a namespace where one is given. */
  #cable(name: string, namespace?: string) {
    this.#cables += 1;
    const subnet = `${net}.${this.#cables}`;
    const plug = `plug-${this.#cables}`;
    const end = namespace === undefined ? [] : ['netns', namespace];
    ip('link', 'add', 'name', name, ...end, 'type', 'veth', 'peer', 'name', plug, 'netns', this.#router);
    ip('-n', this.#router, 'addr', 'add', `${subnet}.1/24`, 'dev', plug);
    ip('-n', this.#router, 'link', 'set', plug, 'up');
    return { name, subnet, gateway: `${subnet}.1` };
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
