import { type ChildProcess, execFile, fork, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Figures } from '../../bench/benchmark.ts';
import { freePorts } from '../../free-port.ts';
import { Dice } from '../fuzz/dice.ts';
import { cellDevices, cellTasks } from './agreed.mjs';
import { check } from './check.ts';
import type { Acknowledged } from './devices.ts';
import { type Killed, KilledCoordinator } from './killed-coordinator.ts';
import { inDatabase } from './places.ts';

type Role = 'front' | 'cell';

/** Where kills of cells are aimed at, and ms after the beginning of the phase within which they come. */
const aims = { keys: 40, shares: 60, updates: 400, agreement: 30, unmasking: 30, closing: 40 } as const;
/** ms after which a front is killed, at most. */
const frontLimit = 2_000;
/** ms after which another cell has to have all tasks of one that was killed. */
const takeOverLimit = 5_000;
/** Versions of each task that are published between two kills, and after the last one. */
const versionsBetween = 1;
const versionsAfterwards = 2;
const processes = 2;
const root = new URL('../../../', import.meta.url);

/** One place for a process that is killed and started again. */
interface Place {
  readonly role: Role;
  readonly port: number;
  running: KilledCoordinator;
  /** What a cell has taken. */
  tasks: Set<string>;
}

/** Two fronts behind haproxy, as the guide sets it up, and two cells with two tasks, of which `role` are killed `times` times. */
export async function killCells({
  role,
  times,
  seed,
  log,
}: {
  readonly role: Role;
  readonly times: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}): Promise<{ figures: Figures; failed: boolean }> {
  log(`seed ${seed}`);
  if (spawnSync('haproxy', ['-v']).status !== 0)
    throw new MurmurationError(
      'config.invalid',
      'There is no haproxy; install it (apt-get install haproxy).',
    );
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('scripts/build.mjs', root))]);
  const dice = new Dice(seed);
  const database = await inDatabase();
  const [listening, ...ports] = await freePorts(5);
  const kills: Killed[] = [];
  const takeOvers: number[] = [];
  const acknowledged: Acknowledged[] = [];
  const faults: string[] = [];
  const published = new Map(cellTasks.map(task => [task, new Map<number, string>()]));
  let wake = () => {};
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds())
      await new Promise<void>(resolve => {
        wake = resolve;
      });
  };
  const start = (place: Omit<Place, 'running' | 'tasks'>): Place => {
    const opened = { ...place, tasks: new Set<string>() } as Place;
    opened.running = new KilledCoordinator(
      database.storage,
      place.port,
      {
        phase() {},
        version(number, model, task) {
          published.get(task)!.set(number, model);
          wake();
        },
        fault: text => faults.push(`${place.role}: ${text}`),
        took(task) {
          opened.tasks.add(task);
          wake();
        },
      },
      place.role,
    );
    return opened;
  };
  const roles: readonly Role[] = ['cell', 'cell', 'front', 'front'];
  const places = roles.map((each, at) => start({ role: each, port: ports[at]! }));
  const cohort: ChildProcess[] = [];
  let proxy: ChildProcess | undefined;
  const ofRole = (wanted: Role) => places.filter(place => place.role === wanted);
  const tasksOf = (cells: readonly Place[]) => new Set(cells.flatMap(({ tasks }) => [...tasks]));
  const moreVersions = async (more: number): Promise<void> => {
    const wanted = new Map(Array.from(published, ([task, versions]) => [task, versions.size + more]));
    await until(() => [...published].every(([task, { size }]) => size >= wanted.get(task)!));
  };
  try {
    await Promise.all(places.map(({ running }) => running.url));
    const [first, second] = ofRole('front').map(({ port }) => `127.0.0.1:${port}`);
    proxy = spawn('haproxy', ['-db', '-f', fileURLToPath(new URL('deploy/haproxy/fronts.cfg', root))], {
      env: { ...process.env, LISTEN: `127.0.0.1:${listening}`, FIRST: first, SECOND: second },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const url = `http://127.0.0.1:${listening}`;
    await until(() => tasksOf(ofRole('cell')).size === cellTasks.length);
    for (let i = 0; i < processes; i++) {
      const count = cellDevices / processes;
      const args = [url, i * count, count, seed, 'cells'].map(String);
      const child = fork(fileURLToPath(new URL('./devices.ts', import.meta.url)), args, {
        stdio: ['ignore', 2, 2, 'ipc'],
      });
      child.on('message', (message: Acknowledged) => acknowledged.push(message));
      cohort.push(child);
    }
    await moreVersions(1);
    while (kills.length < times) {
      const able = ofRole(role).filter(({ tasks }) => role === 'front' || tasks.size > 0);
      const victim = dice.pick(able);
      if (role === 'cell') {
        const phase = dice.pick(Object.keys(aims) as (keyof typeof aims)[]);
        victim.running.arm({ phase, after: (dice.below(1_000) / 1_000) * aims[phase] });
      } else {
        await new Promise(resolve => setTimeout(resolve, dice.below(frontLimit)));
        victim.running.kill();
      }
      const killed = await victim.running.ended;
      kills.push(killed);
      const at = places.indexOf(victim);
      const others = ofRole('cell').filter(place => place !== victim);
      places[at] = start(victim);
      if (role === 'cell') {
        const lost = victim.tasks;
        await until(() => {
          const taken = tasksOf([...others, places[at]!]);
          return [...lost].every(task => taken.has(task));
        });
        takeOvers.push(Date.now() - killed.at);
      }
      log(
        `kill ${kills.length} of a ${role} while ${killed.phase}, taken over after ${takeOvers.at(-1) ?? '-'} ms`,
      );
      await places[at]!.running.url;
      await moreVersions(versionsBetween);
    }
    await moreVersions(versionsAfterwards);
    for (const child of cohort) child.kill('SIGKILL');
    const totals = { lostAcknowledged: 0, countedTwice: 0, corruptModels: 0, lostVersions: 0 };
    const resumed = new Set<string>();
    let rounds = 0;
    let failedRounds = 0;
    for (const task of cellTasks) {
      const own = acknowledged.filter(each => each.task === task);
      const corrupt = task === cellTasks[0] ? database.corruptBlobs : async () => 0;
      const verdict = await check(url, task, corrupt, own, published.get(task)!);
      for (const detail of verdict.details) log(`${task}: ${detail}`);
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += verdict[name];
      rounds += verdict.rounds.length;
      for (const { phase, number, failure, round, endedAt } of verdict.rounds) {
        if (phase === 'failed') {
          failedRounds += 1;
          log(`${task}: round ${number} failed while ${failure?.during}: ${failure?.reason}`);
        }
        const wasHit = kills.some(kill => kill.round === round && Date.parse(endedAt ?? '') > kill.at);
        if (phase === 'published' && wasHit) resumed.add(round);
      }
    }
    for (const text of faults) log(text);
    takeOvers.sort((a, b) => a - b);
    const killsByPhase: Record<string, number> = {};
    for (const { phase } of kills) killsByPhase[phase] = (killsByPhase[phase] ?? 0) + 1;
    const figures = {
      role,
      times,
      seed,
      ...(role === 'cell' && { killsByPhase }),
      ...totals,
      resumedRounds: resumed.size,
      ...(role === 'cell' && {
        takeOverMsMedian: takeOvers[takeOvers.length >> 1]!,
        takeOverMsMax: takeOvers.at(-1)!,
      }),
      rounds,
      failedRounds,
      versions: [...published.values()].reduce((sum, { size }) => sum + size, 0),
      acknowledged: acknowledged.length,
      faults: faults.length,
      devices: cellDevices,
    };
    const wrong = Object.values(totals).reduce((sum, each) => sum + each, 0) + failedRounds;
    const failed =
      wrong > 0 ||
      (role === 'cell' && (resumed.size < Math.min(10, times / 5) || takeOvers.at(-1)! > takeOverLimit));
    return { figures, failed };
  } finally {
    for (const child of cohort) child.kill('SIGKILL');
    proxy?.kill('SIGKILL');
    for (const { running } of places) {
      running.kill();
      await running.ended.catch(() => {});
    }
    await database.remove();
  }
}
