import { type ChildProcess, execFile, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { BenchmarkOptions, Figures } from '../../bench/benchmark.ts';
import { freePort } from '../../free-port.ts';
import { Dice } from '../fuzz/dice.ts';
import { devices, type Phase, taskName } from './agreed.mjs';
import { brokenLimits, killCells } from './cells.ts';
import { check } from './check.ts';
import type { Acknowledged } from './devices.ts';
import { type Killed, KilledCoordinator } from './killed-coordinator.ts';
import { inDatabase, inFolder } from './places.ts';

/** Where kills are aimed at, and ms after the beginning of the phase within which the first ones come. */
const aims = {
  gathering: 60,
  keys: 30,
  shares: 40,
  updates: 300,
  agreement: 15,
  unmasking: 15,
  closing: 30,
} as const satisfies Partial<Record<Phase, number>>;
/** A kill that came too late makes the next one of its phase come sooner, by this factor. */
const sooner = 0.6;
type Aim = keyof typeof aims;
/** One kill in so many comes before the coordinator is ready again. */
const startsKilled = 10;
/** ms of a start within which these come. */
const startLimit = 2_000;
const leastInPhase = 5;
const leastResumed = 10;
/** ms of CPU time that a start may take: by the clock it would depend on what else runs. */
const restartLimit = 2_000;
/** ms after a kill within which the coordinator that waits has to be ready in its place. */
const takeOverLimit = 5_000;
/** Rounds that must be published after the last kill. */
const roundsAfterwards = 3;
const processes = 2;
const root = new URL('../../../', import.meta.url);

/**
 * Kills a coordinator with SIGKILL --times times, at random moments of each phase of masked rounds in turn, and starts it again on the same folder,
 * while devices in other processes go on; then compares what it kept with what it had acknowledged. With `--storage postgresql` all is in
 * a PostgreSQL of its own, and another coordinator waits for it and takes over; with `--role cell` or `--role front` it is two fronts and two
 * cells, and one of these is killed each time; --parts spreads their rounds over so many cells, and --stop has a cell stand still (SIGSTOP) until others
 * have its tasks, and go on then (SIGCONT). --seed repeats the choices of a run.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      times: { type: 'string', default: '50' },
      seed: { type: 'string' },
      storage: { type: 'string', default: 'folder' },
      role: { type: 'string' },
      parts: { type: 'string', default: '1' },
      stop: { type: 'boolean', default: false },
    },
  });
  if (values.role === 'cell' || values.role === 'front')
    return killCells({
      role: values.role,
      times: Number(values.times),
      parts: Number(values.parts),
      stop: values.stop && values.role === 'cell',
      seed: seedOf(values.seed),
      log,
    });
  const times = Number(values.times);
  const seed = seedOf(values.seed);
  log(`seed ${seed}`);
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('scripts/build.mjs', root))]);
  const dice = new Dice(seed);
  const place = values.storage === 'postgresql' ? await inDatabase() : await inFolder();
  const port = await freePort();
  const kills: Killed[] = [];
  const restarts: number[] = [];
  const restartsCpu: number[] = [];
  const acknowledged: Acknowledged[] = [];
  const published = new Map<number, string>();
  const faults: string[] = [];
  let versions = 0;
  const windows: Record<Aim, number> = { ...aims };
  let wake = () => {};
  const start = () =>
    new KilledCoordinator(place.storage, port, {
      phase() {},
      version(number, model) {
        published.set(number, model);
        versions += 1;
        wake();
      },
      fault: text => faults.push(text),
    });
  const cohort: ChildProcess[] = [];
  let coordinator = start();
  let standby: KilledCoordinator | undefined;
  try {
    const url = await coordinator.url;
    if (place.hasStandby) standby = start();
    /** The next life: of the one that waits, or of a new process. */
    const next = () => {
      coordinator = standby ?? start();
      if (place.hasStandby) standby = start();
    };
    /** Of two that start at the same time, either may be the one that waits. */
    const ready = async () => {
      const both = [coordinator, ...(standby ? [standby] : [])];
      const first = await Promise.race(both.map(each => each.url.then(() => each)));
      if (first === standby) [coordinator, standby] = [standby, coordinator];
    };
    for (let i = 0; i < processes; i++)
      cohort.push(startDevices(url, i, seed, message => acknowledged.push(message)));
    while (kills.length < times) {
      const aim = nextAim(kills, dice);
      coordinator.arm({ phase: aim, after: (dice.below(1_000) / 1_000) * windows[aim] });
      const killed = await coordinator.ended;
      kills.push(killed);
      windows[aim] = killed.phase === aim ? aims[aim] : sooner * windows[aim];
      log(`kill ${kills.length} while ${killed.phase}, aimed at ${aim}`);
      next();
      if (kills.length < times && dice.chance(1 / startsKilled)) {
        await new Promise(resolve => setTimeout(resolve, dice.below(startLimit)));
        coordinator.kill();
        kills.push(await coordinator.ended);
        log(`kill ${kills.length} while ${kills.at(-1)!.phase}`);
        next();
      }
      await ready();
      if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('The coordinator is not ready.');
      const pause = place.hasStandby ? Date.now() - kills.at(-1)!.at : coordinator.age;
      restarts.push(pause);
      restartsCpu.push(coordinator.startCpu);
      log(`ready again after ${Math.round(pause)} ms`);
    }
    const wanted = versions + roundsAfterwards;
    while (versions < wanted) {
      await Promise.race([
        new Promise<void>(resolve => {
          wake = resolve;
        }),
        coordinator.ended,
      ]);
    }
    for (const child of cohort) child.kill('SIGKILL');
    const verdict = await check(url, taskName, place.corruptBlobs, acknowledged, published);
    for (const detail of [...verdict.details, ...faults]) log(detail);
    const { rounds, lostAcknowledged, countedTwice, corruptModels, lostVersions } = verdict;
    const resumed = new Set(
      kills
        .filter(({ phase, round, at }) => {
          const past = rounds.find(each => each.round === round);
          return inRound(phase) && past?.phase === 'published' && Date.parse(past.endedAt!) > at;
        })
        .map(({ round }) => round),
    );
    const killsByPhase: Record<string, number> = {};
    for (const { phase } of kills) killsByPhase[phase] = (killsByPhase[phase] ?? 0) + 1;
    const failedRounds = rounds.filter(({ phase }) => phase === 'failed');
    for (const { number, failure } of failedRounds)
      log(`round ${number} failed while ${failure?.during}: ${failure?.reason}`);
    restarts.sort((a, b) => a - b);
    const figures = {
      times,
      seed,
      killsByPhase,
      lostAcknowledged,
      countedTwice,
      corruptModels,
      lostVersions,
      resumedRounds: resumed.size,
      restartMsMedian: Math.round(restarts[restarts.length >> 1]!),
      restartCpuMsMax: Math.max(...restartsCpu),
      restartMsMax: Math.round(restarts.at(-1)!),
      rounds: rounds.length,
      failedRounds: failedRounds.length,
      versions: verdict.versions,
      acknowledged: acknowledged.length,
      faults: faults.length,
      devices,
    };
    const enough = times < 50 || Object.keys(aims).every(aim => (killsByPhase[aim] ?? 0) >= leastInPhase);
    const { restartMsMax, restartCpuMsMax } = figures;
    const broken = brokenLimits({
      'something was lost or counted twice':
        lostAcknowledged + countedTwice + corruptModels + lostVersions > 0,
      'too few rounds went on after a kill': resumed.size < Math.min(leastResumed, times / 5),
      [`a start took ${restartCpuMsMax} ms of CPU time; ${restartLimit} are the most`]:
        restartCpuMsMax > restartLimit,
      [`a take-over took ${restartMsMax} ms; ${takeOverLimit} are the most`]:
        place.hasStandby && restartMsMax > takeOverLimit,
      [`a phase was killed in fewer than ${leastInPhase} times`]: !enough,
    });
    return { figures: { ...figures, broken }, failed: broken.length > 0 };
  } finally {
    for (const child of cohort) child.kill('SIGKILL');
    for (const each of [coordinator, standby]) {
      each?.kill();
      await each?.ended.catch(() => {});
    }
    await place.remove();
  }
}

/** The seed that is named, or another one. */
export function seedOf(text: string | undefined): number {
  return text === undefined ? new DataView(systemRandom(4).buffer).getUint32(0) : Number(text);
}

/** The phase that was hit least so far, or another one: short phases are missed often. */
function nextAim(kills: readonly Killed[], dice: Dice): Aim {
  const all = Object.keys(aims) as Aim[];
  const hits = (aim: Aim) => kills.filter(({ phase }) => phase === aim).length;
  const least = Math.min(...all.map(hits));
  return dice.pick(all.filter(aim => hits(aim) === least));
}

/** Whether a round was under way whose cohort was drawn. */
function inRound(phase: Killed['phase']): boolean {
  return ['keys', 'shares', 'updates', 'agreement', 'unmasking', 'closing'].includes(phase);
}

function startDevices(url: string, index: number, seed: number, told: (message: Acknowledged) => void) {
  const count = devices / processes;
  const file = fileURLToPath(new URL('./devices.ts', import.meta.url));
  const child = fork(file, [url, index * count, count, seed].map(String), { stdio: ['ignore', 2, 2, 'ipc'] });
  child.on('message', (message: Acknowledged) => told(message));
  return child;
}
