import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import {
  type Coordinator,
  type CoordinatorEnvironment,
  createCoordinator,
} from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Limits } from '@murmuration/rounds/limits/limits';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';

/** A configuration, with limits in place of its own. */
export type Terms = Readonly<Record<string, unknown>> & { readonly limits?: Partial<Limits> };

/** A coordinator under attack, and the attacker's bare connections to it. */
export class Target {
  readonly coordinator: Coordinator;
  /** Codes of what was refused, in order. */
  readonly refused: string[] = [];
  /** What broke in the coordinator. */
  readonly faults: unknown[] = [];
  readonly #sockets: Socket[] = [];

  private constructor(coordinator: Coordinator) {
    this.coordinator = coordinator;
    coordinator.events.on('refused', (_, code) => this.refused.push(code));
    coordinator.events.on('fault', (where, error) => this.faults.push([where, error]));
  }

  static async open(
    { limits = {}, ...config }: Terms = {},
    surroundings: Partial<CoordinatorEnvironment> = {},
    task: Partial<TaskDefinition> = {},
  ): Promise<Target> {
    const parsed = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], ...config });
    return new Target(
      await createCoordinator({ ...parsed, limits: { ...parsed.limits, ...limits } }, [lineTask(task)], {
        clock: systemClock,
        random: systemRandom,
        ...surroundings,
      }),
    );
  }

  get url(): string {
    return this.coordinator.url;
  }

  /** A connection that reads nothing until it is told to, and stays open when the other end is closed. */
  async dial(): Promise<Socket> {
    const { port, hostname } = new URL(this.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.on('error', () => {});
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** Hangs up and stops the coordinator. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.coordinator.stop();
  }
}

/** Opens targets that are closed after their test. */
export function targets(after: (close: () => Promise<void>) => void): typeof Target.open {
  const open: Target[] = [];
  after(async () => {
    for (const target of open.splice(0)) await target.close();
  });
  return async (...args) => {
    const target = await Target.open(...args);
    open.push(target);
    return target;
  };
}

/** Waits until the other end of a connection is closed, and all that came from it is read. */
export function hungUp(socket: Socket): Promise<void> {
  return new Promise(resolve => socket.once('end', resolve).once('close', () => resolve()));
}

/** All that comes back on a connection until its other end is closed. */
export async function heard(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('data', part => parts.push(part));
  await hungUp(socket);
  return Buffer.concat(parts).toString('latin1');
}

/** What a connection that is closed after one answer hears for these bytes. */
export async function answerTo(target: Target, bytes: string): Promise<string> {
  const socket = await target.dial();
  const answer = heard(socket);
  socket.write(bytes);
  return answer;
}
