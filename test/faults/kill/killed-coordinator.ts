import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { forkedOn, type Host, here } from '../cluster/host.ts';
import type { KillOrder, Phase } from './agreed.mjs';

/** How a coordinator's process came to its end. */
export interface Killed {
  /** Where it was; `starting`: it was not ready yet. */
  readonly phase: Phase | 'starting';
  /** The round that was under way. */
  readonly round: string | undefined;
  /** ms since 1970. */
  readonly at: number;
}

/** What a coordinator's process says while it lives. */
export interface Listener {
  phase(phase: Phase, round: string): void;
  version(number: number, model: string, task: string): void;
  fault(text: string): void;
  /** A cell has taken a task, with so many rounds under way. */
  took?(task: string, underWay: number): void;
  /** A cell leads devices through rounds from now on, or does so no more. */
  leads?(leads: boolean): void;
}

/** What part of a coordinator a process is, and where. */
export interface CoordinatorPart {
  readonly role: 'front' | 'cell';
  readonly host: Host;
  /** What its configuration has besides. */
  readonly config?: object | undefined;
  /** How long each phase of a round may take. */
  readonly deadline: string;
  /** Cells that rounds are spread over; 1 where it is left out. */
  readonly parts?: number | undefined;
}

/** One life of the coordinator, from its start to its SIGKILL. */
export class KilledCoordinator {
  readonly #child: ChildProcess;
  readonly #began = performance.now();
  readonly ended: Promise<Killed>;
  /** Where it stands still, once it has been told to. */
  readonly stopped: Promise<Killed>;
  /** Where it listens; rejects where it ends before. */
  readonly url: Promise<string>;
  #phase: Phase | 'starting' = 'starting';
  #round: string | undefined;
  #startCpu = 0;
  #isReplaced = false;
  #stop = () => {};

  constructor(folder: string, port: number, listener: Listener, part?: CoordinatorPart) {
    const { host = here, config } = part ?? {};
    const besides = { ...config, ...(host !== here && { host: host.address }) };
    const args = [
      folder,
      String(port),
      ...(part ? [part.role, JSON.stringify(besides), part.deadline, String(part.parts ?? 1)] : []),
    ];
    this.#child = fork(fileURLToPath(new URL('./coordinator.mjs', import.meta.url)), args, {
      // Plain Node, without what lets it run the sources.
      ...forkedOn(host, []),
      stdio: ['ignore', 'pipe', 2, 'ipc'],
    });
    const lines = createInterface(this.#child.stdout!);
    const closed = once(lines, 'close');
    this.ended = once(this.#child, 'exit').then(async ([code, signal]) => {
      await closed;
      if (signal !== 'SIGKILL' && code !== 0 && !this.#isReplaced)
        throw new Error(`The coordinator ended by itself with ${code ?? signal}.`);
      return { phase: this.#phase, round: this.#round, at: Date.now() };
    });
    this.ended.catch(() => {});
    this.stopped = new Promise((resolve, reject) => {
      this.#stop = () => resolve({ phase: this.#phase, round: this.#round, at: Date.now() });
      this.ended.then(({ phase }) => reject(new Error(`It ended while ${phase}.`)), reject);
    });
    this.stopped.catch(() => {});
    this.url = new Promise((resolve, reject) => {
      lines.on('line', line => {
        const [what, ...rest] = line.split(' ');
        if (what === 'ready') {
          this.#phase = this.#round ? this.#phase : 'none';
          this.#startCpu = Number(rest[1]);
          resolve(rest[0]!);
        } else if (what === 'phase') {
          [this.#phase, this.#round] = rest as [Phase, string];
          listener.phase(this.#phase, this.#round);
        } else if (what === 'killed') {
          this.#phase = rest[0] as Phase;
          this.#stop();
        }
        if (what === 'version') listener.version(Number(rest[0]), rest[1]!, rest[2]!);
        else if (what === 'leads') listener.leads?.(rest[0] === 'true');
        else if (what === 'replaced') this.#isReplaced = true;
        else if (what === 'took') listener.took?.(rest[0]!, Number(rest[1]));
        else if (what === 'fault') listener.fault(rest.join(' '));
      });
      this.ended.then(({ phase }) => reject(new Error(`It ended while ${phase}.`)), reject);
    });
    this.url.catch(() => {});
  }

  /** Where it is, and the round that is under way. */
  get place(): Omit<Killed, 'at'> {
    return { phase: this.#phase, round: this.#round };
  }

  /** Whether it has ended, or is about to, since another process has what it had. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /** ms since it was started. */
  get age(): number {
    return performance.now() - this.#began;
  }

  /** ms of CPU time that it took to be ready. */
  get startCpu(): number {
    return this.#startCpu;
  }

  /** Lets it kill itself, by a thread of its own, some time after a phase begins. */
  arm(order: KillOrder): void {
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGCONT' = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** Has it stand still where it is, with its connections as they are. */
  stop(): void {
    this.#child.kill('SIGSTOP');
    this.#stop();
  }
}
