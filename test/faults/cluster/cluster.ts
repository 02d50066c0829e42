import { type ChildProcess, execFile, fork, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { freePorts } from '../../free-port.ts';
import { startHaproxy } from '../../haproxy.ts';
import { cellDevices, cellTasks } from '../kill/agreed.mjs';
import { check, type PastRound } from '../kill/check.ts';
import type { Acknowledged } from '../kill/devices.ts';
import { KilledCoordinator } from '../kill/killed-coordinator.ts';
import type { Place } from '../kill/places.ts';
import { forkedOn, type Host, here } from './host.ts';

export type Role = 'front' | 'cell';

/** Processes that the devices are in. */
const processes = 2;
const root = new URL('../../../', import.meta.url);

/** One place for a process that ends and is started again. */
export interface Member {
  readonly role: Role;
  readonly host: Host;
  readonly port: number;
  running: KilledCoordinator;
  /** What a cell has. */
  readonly tasks: Set<string>;
}

export interface ClusterOptions {
  readonly database: Place;
  readonly seed: number;
  readonly log: (line: string) => void;
  readonly hosts?: {
    /** haproxy is at the first. */
    readonly fronts: readonly [Host, Host];
    readonly cells: readonly [Host, Host];
    readonly devices: Host;
  };
  /** What all processes have in their configuration besides. */
  readonly config?: object;
  /** How long each phase of a round may take: 20 s by default, since the way back to a front and to another cell takes a moment. */
  readonly deadline?: string;
  /** Cells that each round is spread over; 1 where it is left out. */
  readonly parts?: number;
  /** An operator's, with which rounds are looked at where that wants one. */
  readonly token?: string;
  /** A cell has taken a task; `from` is the one that had it, where that still runs. */
  readonly taken?: (task: string, by: Member, from: Member | undefined) => void;
  /** A cell has begun to lead, or leads no more. */
  readonly led?: (cell: Member, leads: boolean) => void;
  /** Whether a cell that has ended since another one has its tasks is started again at once; yes, where it is left out. */
  readonly mayStart?: () => boolean;
}

/** What a cluster did wrong, and how its rounds ended. */
export interface ClusterVerdict {
  readonly lostAcknowledged: number;
  readonly countedTwice: number;
  readonly corruptModels: number;
  readonly lostVersions: number;
  /** Of which two processes have said that they published it, or one that others had replaced. */
  readonly versionsTwice: number;
  readonly failedRounds: number;
  readonly rounds: readonly PastRound[];
  readonly versions: number;
  readonly acknowledged: number;
  readonly faults: number;
}

/** Builds the packages, which processes of a cluster run. Throws where there is no haproxy. */
export async function prepareCluster(): Promise<void> {
  if (spawnSync('haproxy', ['-v']).status !== 0)
    throw new MurmurationError(
      'config.invalid',
      'There is no haproxy; install it (apt-get install haproxy).',
    );
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('scripts/build.mjs', root))]);
}

/** Two fronts behind haproxy, as the guide sets it up, two cells with two tasks, and devices over both transports. */
export class Cluster {
  readonly members: readonly Member[];
  readonly #options: ClusterOptions;
  readonly #hosts;
  readonly #listening: number;
  readonly #acknowledged: Acknowledged[] = [];
  readonly #faults: string[] = [];
  #versionsTwice = 0;
  readonly #published = new Map(cellTasks.map(task => [task, new Map<number, string>()]));
  readonly #cohort: ChildProcess[] = [];
  /** Ended by themselves, since others have their tasks. */
  readonly #replaced = new Set<Member>();
  #proxy: ChildProcess | undefined;
  #broken: { readonly error: unknown } | undefined;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  private constructor(options: ClusterOptions, [listening, ...ports]: readonly number[]) {
    const { hosts = { fronts: [here, here], cells: [here, here], devices: here } as const } = options;
    this.#options = options;
    this.#hosts = hosts;
    this.#listening = listening!;
    const places: readonly (readonly [Role, Host])[] = [
      ...hosts.cells.map(host => ['cell', host] as const),
      ...hosts.fronts.map(host => ['front', host] as const),
    ];
    this.members = places.map(([role, host], i) => {
      const member = { role, host, port: ports[i]!, tasks: new Set<string>() } as Member;
      this.#run(member);
      return member;
    });
  }

  /** Returns once all tasks are with cells and a first version of each was made. What is open is closed by `close` where it throws. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options, await freePorts(5));
    try {
      await cluster.#begin();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** Where devices reach the fronts. */
  get url(): string {
    return `http://${this.#hosts.fronts[0].address}:${this.#listening}`;
  }

  of(role: Role): readonly Member[] {
    return this.members.filter(member => member.role === role);
  }

  /** Starts the process of a member that has ended. */
  startAgain(member: Member): void {
    member.tasks.clear();
    this.#run(member);
  }

  /** Starts what has ended by itself since another one has its tasks, as systemd does. */
  startReplaced(): void {
    for (const member of this.#replaced) this.startAgain(member);
    this.#replaced.clear();
  }

  /** What a member had, which is for others to take from now on. */
  losing(member: Member): readonly string[] {
    const lost = [...member.tasks];
    member.tasks.clear();
    return lost;
  }

  /** Resolves once something holds, which is looked at when a process has said something. Throws where one ends that has no reason to. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
      if (this.#broken) throw this.#broken.error;
    }
  }

  /** Resolves once each of these tasks is with a cell. */
  untilTaken(tasks: Iterable<string>): Promise<void> {
    const wanted = [...tasks];
    return this.until(() => wanted.every(task => this.of('cell').some(cell => cell.tasks.has(task))));
  }

  /** Resolves once so many more versions of each task are published. */
  async moreVersions(more: number): Promise<void> {
    const wanted = new Map(Array.from(this.#published, ([task, { size }]) => [task, size + more]));
    await this.until(() => [...this.#published].every(([task, { size }]) => size >= wanted.get(task)!));
  }

  /** Ends the devices, and compares what is kept with what was acknowledged and published. */
  async verdict(): Promise<ClusterVerdict> {
    const { log, database, token } = this.#options;
    for (const child of this.#cohort) child.kill('SIGKILL');
    const totals = { lostAcknowledged: 0, countedTwice: 0, corruptModels: 0, lostVersions: 0 };
    const rounds: PastRound[] = [];
    for (const task of cellTasks) {
      const own = this.#acknowledged.filter(each => each.task === task);
      const corrupt = task === cellTasks[0] ? database.corruptBlobs : async () => 0;
      const found = await check(this.url, task, corrupt, own, this.#published.get(task)!, token);
      for (const detail of found.details) log(`${task}: ${detail}`);
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += found[name];
      rounds.push(...found.rounds);
      for (const { phase, number, failure } of found.rounds)
        if (phase === 'failed')
          log(`${task}: round ${number} failed while ${failure?.during}: ${failure?.reason}`);
    }
    for (const text of this.#faults) log(text);
    return {
      ...totals,
      versionsTwice: this.#versionsTwice,
      failedRounds: rounds.filter(({ phase }) => phase === 'failed').length,
      rounds,
      versions: [...this.#published.values()].reduce((sum, { size }) => sum + size, 0),
      acknowledged: this.#acknowledged.length,
      faults: this.#faults.length,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const child of this.#cohort) child.kill('SIGKILL');
    this.#proxy?.kill('SIGKILL');
    for (const { running } of this.members) {
      running.kill();
      await running.ended.catch(() => {});
    }
  }

  async #begin(): Promise<void> {
    await Promise.all(this.members.map(({ running }) => running.url));
    const { fronts, devices } = this.#hosts;
    const [first, second] = this.of('front').map(({ host, port }) => `${host.address}:${port}`);
    const listen = `${fronts[0].address}:${this.#listening}`;
    this.#proxy = startHaproxy({ listen, first: first!, second: second! }, fronts[0].prefix);
    await this.untilTaken(cellTasks);
    const origins = this.of('cell').map(({ host, port }) => `http://${host.address}:${port}`);
    const { seed } = this.#options;
    for (let i = 0; i < processes; i++) {
      const count = cellDevices / processes;
      const args = [this.url, i * count, count, seed, ...origins].map(String);
      const child = fork(fileURLToPath(new URL('../kill/devices.ts', import.meta.url)), args, {
        ...forkedOn(devices, process.execArgv),
        stdio: ['ignore', 2, 2, 'ipc'],
      });
      child.on('message', (message: Acknowledged) => this.#acknowledged.push(message));
      this.#cohort.push(child);
    }
    await this.moreVersions(1);
  }

  #run(member: Member): void {
    const { database, config, taken, led, deadline = '20 s', parts } = this.#options;
    const { role, host, port } = member;
    member.running = new KilledCoordinator(
      database.storage,
      port,
      {
        phase: () => this.#wake(),
        version: (number, model, task) => {
          const published = this.#published.get(task)!;
          if (published.has(number)) this.#versionsTwice += 1;
          published.set(number, model);
          this.#wake();
        },
        fault: text => this.#faults.push(`${role}: ${text}`),
        took: task => {
          const before = this.members.find(other => other !== member && other.tasks.delete(task));
          member.tasks.add(task);
          taken?.(task, member, before);
          this.#wake();
        },
        leads: leads => led?.(member, leads),
      },
      { role, host, config, deadline, parts },
    );
    const { running } = member;
    const { mayStart = () => true } = this.#options;
    running.ended.then(
      () => {
        if (this.#isClosed || !running.isReplaced) return;
        this.#replaced.add(member);
        if (mayStart()) this.startReplaced();
      },
      error => {
        if (this.#isClosed) return;
        this.#broken = { error };
        this.#wake();
      },
    );
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
