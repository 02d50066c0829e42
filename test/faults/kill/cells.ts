import type { Figures } from '../../bench/benchmark.ts';
import { Cluster, type Member, prepareCluster, type Role } from '../cluster/cluster.ts';
import { Dice } from '../fuzz/dice.ts';
import { cellDevices } from './agreed.mjs';
import type { Killed } from './killed-coordinator.ts';
import { inDatabase } from './places.ts';

/** Where kills of cells are aimed at, and ms after the beginning of the phase within which they come. */
export const aims = {
  keys: 40,
  shares: 60,
  updates: 400,
  agreement: 30,
  unmasking: 30,
  closing: 40,
} as const;
/** ms after which a front is killed at most, or a cell whose rounds are spread. */
const anyTime = 2_000;
/** ms after which another cell has to have all tasks of one that was killed. */
const takeOverLimit = 5_000;
/** The same of one that stands still, and how long a phase of a round may take then. */
const hungLimit = 20_000;
const hungDeadline = '60 s';
/** Versions of each task that are published between two kills, and after the last one. */
const versionsBetween = 1;
const versionsAfterwards = 2;

/**
 * Two fronts behind haproxy, as the guide sets it up, and two cells with two tasks, of which `role` are killed `times` times; with `stop` they
 * stand still, until others have what they had.
 */
export async function killCells({
  role,
  times,
  parts,
  stop,
  seed,
  log,
}: {
  readonly role: Role;
  readonly stop: boolean;
  /** Cells that each round is spread over. */
  readonly parts: number;
  readonly times: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}): Promise<{ figures: Figures; failed: boolean }> {
  log(`seed ${seed}`);
  await prepareCluster();
  const dice = new Dice(seed);
  const database = await inDatabase();
  const kills: Killed[] = [];
  const takeOvers: number[] = [];
  let cluster: Cluster | undefined;
  try {
    cluster = await Cluster.start({
      database,
      parts,
      seed,
      log,
      ...(stop && { deadline: hungDeadline }),
    });
    while (kills.length < times) {
      const hasRounds = ({ tasks }: Member) => role === 'front' || parts > 1 || tasks.size > 0;
      const able = cluster.of(role).filter(hasRounds);
      const victim = dice.pick(able);
      const killed = await kill(victim, parts, stop, dice);
      kills.push(killed);
      const lost = cluster.losing(victim);
      if (!stop) cluster.startAgain(victim);
      if (role === 'cell') {
        await cluster.untilTaken(lost);
        takeOvers.push(Date.now() - killed.at);
      }
      if (stop) await wake(victim);
      log(
        `${stop ? 'stop' : 'kill'} ${kills.length} of a ${role} while ${killed.phase}, taken over after ${takeOvers.at(-1) ?? '-'} ms`,
      );
      await victim.running.url;
      await cluster.moreVersions(versionsBetween);
    }
    await cluster.moreVersions(versionsAfterwards);
    const { rounds, ...found } = await cluster.verdict();
    const { lostAcknowledged, countedTwice, corruptModels, lostVersions, versionsTwice, failedRounds } =
      found;
    const resumed = resumedOf(rounds, kills);
    takeOvers.sort((a, b) => a - b);
    const killsByPhase: Record<string, number> = {};
    for (const { phase } of kills) killsByPhase[phase] = (killsByPhase[phase] ?? 0) + 1;
    const figures = {
      role,
      times,
      parts,
      stop,
      seed,
      ...(role === 'cell' && { killsByPhase }),
      ...found,
      resumedRounds: resumed,
      ...(role === 'cell' && {
        takeOverMsMedian: takeOvers[takeOvers.length >> 1]!,
        takeOverMsMax: takeOvers.at(-1)!,
      }),
      rounds: rounds.length,
      devices: cellDevices,
    };
    const wrong =
      lostAcknowledged + countedTwice + corruptModels + lostVersions + versionsTwice + failedRounds;
    const limit = stop ? hungLimit : takeOverLimit;
    const longest = takeOvers.at(-1) ?? 0;
    const broken = brokenLimits({
      'something was lost, counted or published twice, or a round failed': wrong > 0,
      'too few rounds went on after a kill':
        role === 'cell' && parts === 1 && resumed < Math.min(10, times / 5),
      [`a take-over took ${longest} ms; ${limit} are the most`]: longest > limit,
    });
    return { figures: { ...figures, broken }, failed: broken.length > 0 };
  } finally {
    await cluster?.close();
    await database.remove();
  }
}

/** The sentences that are true of a run that broke its limits. */
export function brokenLimits(sentences: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(sentences).filter(sentence => sentences[sentence]);
}

/** Lets a process go on whose tasks others have: it finds that out, and ends by itself. */
async function wake({ running }: Member): Promise<void> {
  running.kill('SIGCONT');
  await running.ended;
}

async function kill({ role, running }: Member, parts: number, stop: boolean, dice: Dice): Promise<Killed> {
  // What a part is in the midst of, a cell does not say.
  if (role === 'cell' && parts === 1) {
    const phase = dice.pick(Object.keys(aims) as (keyof typeof aims)[]);
    running.arm({ phase, after: (dice.below(1_000) / 1_000) * aims[phase], stop });
  } else {
    await new Promise(resolve => setTimeout(resolve, dice.below(anyTime)));
    if (stop) running.stop();
    else running.kill();
  }
  return await (stop ? running.stopped : running.ended);
}

/** Rounds that were under way at some of these moments, and were published afterwards. */
export function resumedOf(
  rounds: readonly { readonly round: string; readonly phase: string; readonly endedAt: string | null }[],
  moments: readonly { readonly round: string | undefined; readonly at: number }[],
): number {
  return rounds.filter(
    ({ round, phase, endedAt }) =>
      phase === 'published' && moments.some(hit => hit.round === round && Date.parse(endedAt ?? '') > hit.at),
  ).length;
}
