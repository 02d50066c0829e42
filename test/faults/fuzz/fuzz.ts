import { parseArgs } from 'node:util';
import { startBackend } from '@murmuration/engine/backend/backend';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { BenchmarkOptions, Figures } from '../../bench/benchmark.ts';
import { lineClient } from '../../e2e/line.ts';
import { Dice } from './dice.ts';
import { fuzzHttp } from './http.ts';
import { participant } from './participants.ts';
import { fuzzBytes, fuzzPackets } from './raw.ts';
import { routesOf } from './routes.ts';
import { fuzzSocket } from './sockets.ts';
import { Tally } from './tally.ts';
import { type TargetFigures, TargetProcess } from './target-process.ts';
import { World } from './world.ts';

/** Rounds of the healthy cohort before the first and after the last message. */
const quietRounds = 3;
const mebibyte = 1 << 20;

/**
 * Sends --messages malformed messages, by structure and at random, over sockets and HTTP, enrolled and not, to a coordinator in a
 * process of its own, beside a masked cohort whose rounds go on. --seed repeats the choices of a run.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> {
  const { values } = parseArgs({
    args: [...args],
    options: { messages: { type: 'string', default: '100000' }, seed: { type: 'string' } },
  });
  const seed =
    values.seed === undefined ? new DataView(systemRandom(4).buffer).getUint32(0) : Number(values.seed);
  log(`seed ${seed}`);
  const began = performance.now();
  await startBackend();
  const target = await TargetProcess.start();
  const tally = new Tally(Number(values.messages));
  const world = new World(target.url, new Dice(seed), tally);
  const healthy = Array.from({ length: 4 }, (_, index) => lineClient(target.url, index));
  for (const client of healthy) {
    client.on('error', ({ message }) => tally.example(`a healthy device: ${message}`));
    await client.start();
  }
  await target.start();
  const before = await roundsAfter(target, 0, quietRounds);
  if (!before || before.rounds.failed > 0)
    throw new Error(`The cohort is not healthy by itself:\n${before?.faults.join('\n') ?? target.errors}`);

  const garblers = [
    ...Array.from({ length: 3 }, () => participant(world, 'masked')),
    ...Array.from({ length: 2 }, () => participant(world, 'plain')),
  ];
  for (const each of garblers) await each.start();
  const { models } = await (await fetch(`${target.url}/v1/tasks/line/models`)).json();
  world.models.push(...models.map(({ model }: { model: string }) => model));
  const routes = await routesOf(target.url);
  const progress = setInterval(() => {
    log(`${tally.messages} messages, ${tally.decoded} decoded, ${tally.uncodedRefusals} without a code`);
    if (target.hasEnded) tally.messages = Number.POSITIVE_INFINITY;
  }, 5_000);
  const sent = await Promise.all([
    ...Array.from({ length: 6 }, () => fuzzSocket(world, false)),
    ...Array.from({ length: 3 }, () => fuzzSocket(world, true)),
    ...Array.from({ length: 4 }, () => fuzzHttp(world, routes)),
    ...Array.from({ length: 2 }, () => fuzzPackets(world)),
    ...Array.from({ length: 2 }, () => fuzzBytes(world)),
  ]).then(
    () => undefined,
    (error: unknown) => error,
  );
  clearInterval(progress);
  await Promise.all(garblers.map(each => each.stop()));
  const crashed = target.hasEnded;
  const after = crashed
    ? undefined
    : await roundsAfter(target, (await target.figures())?.rounds.published ?? 0, quietRounds);
  await Promise.all(healthy.map(client => client.stop()));
  await target.stop();
  if (crashed) {
    log(
      `The coordinator ended (seed ${seed}):\n${target.errors}\nIts last messages:\n${tally.latest.join('\n')}`,
    );
  } else if (sent !== undefined) throw sent;

  const closings = closedWithCode(before, after);
  const uncodedClosings = Math.max(0, tally.closed - closings);
  const figures = {
    messages: tally.messages,
    crashes: Number(crashed),
    healthyRounds: after ? after.rounds.published - before.rounds.published : 0,
    healthyRoundsFailed: after ? after.rounds.failed : 1,
    decodedShare: tally.decoded / tally.messages,
    accepted: tally.accepted,
    refusals: Object.fromEntries([...tally.refusals].sort()),
    uncodedRefusals: tally.uncodedRefusals + uncodedClosings,
    connectionsClosed: tally.closed,
    unanswered: tally.unanswered,
    faults: after?.faults.length ?? 0,
    otherRounds: after?.rounds.others ?? 0,
    rssMiB: (after?.rss ?? 0) / mebibyte,
    rssGrowthMiB: ((after?.rss ?? 0) - before.rss) / mebibyte,
    seconds: (performance.now() - began) / 1_000,
    seed,
  };
  for (const example of [...tally.examples, ...(after?.faults ?? [])]) log(`seed ${seed}: ${example}`);
  const failed =
    figures.crashes +
      figures.healthyRoundsFailed +
      figures.uncodedRefusals +
      figures.unanswered +
      figures.faults >
    0;
  return { figures, failed };
}

/** What the coordinator counted once `more` rounds of the healthy cohort have ended after the first `published`. */
async function roundsAfter(
  target: TargetProcess,
  published: number,
  more: number,
): Promise<TargetFigures | undefined> {
  for (;;) {
    const figures = await target.figures();
    if (!figures) return undefined;
    if (figures.rounds.published + figures.rounds.failed >= published + more) return figures;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

/** Connections that the coordinator closed and said why. */
function closedWithCode(before: TargetFigures, after: TargetFigures | undefined): number {
  const codes = [
    'protocol.packet',
    'request.too-large',
    'device.not-identified',
    'device.unread',
    'device.replaced',
  ];
  return codes.reduce((sum, code) => sum + (after?.refusals[code] ?? 0) - (before.refusals[code] ?? 0), 0);
}
