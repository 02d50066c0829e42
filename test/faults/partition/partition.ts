import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import type { BenchmarkOptions, Figures } from '../../bench/benchmark.ts';
import { freePort } from '../../free-port.ts';
import { S3Server } from '../../s3-server.ts';
import { Cluster, type Member, prepareCluster } from '../cluster/cluster.ts';
import { forkedOn, type Host } from '../cluster/host.ts';
import { Dice } from '../fuzz/dice.ts';
import { cellDevices } from '../kill/agreed.mjs';
import { aims, resumedOf } from '../kill/cells.ts';
import { seedOf } from '../kill/kill.ts';
import { inDatabase } from '../kill/places.ts';
import { Network, type Way } from './network.ts';

/** What a cell is cut off from, `fronts` a front from PostgreSQL, and ms for which it is, at most. */
const longest = { postgresql: 25_000, devices: 8_000, s3: 20_000, fronts: 25_000 } as const;
type Target = keyof typeof longest;
const shortest = 500;
const ways: readonly Way[] = ['both', 'there', 'back'];
/** How long each phase of a round may take: a cell that is cut off is replaced after a quarter of a minute. */
const deadline = '60 s';
/** Versions of each task that are published after the last cut. */
const versionsAfterwards = 2;
/** ms after a cut within which each task has to have a further version. */
const recoveryLimit = 180_000;

interface Cut {
  readonly target: Target;
  readonly way: Way;
  /** What the round was at. */
  readonly phase: string;
  readonly ms: number;
  readonly at: number;
  readonly round: string | undefined;
  /** ms until another cell had all that the one which was cut off had; undefined: none took it. */
  readonly takeOver: number | undefined;
  /** ms from the end of the cut until each task had a further version. */
  readonly recovery: number;
}

/**
 * Cuts a cell off --times times from PostgreSQL, from its devices and from S3, and a front from PostgreSQL, by turns, one way or both, for a drawn time: hosts
 * are network namespaces, and packets are lost without a word. Two fronts, two cells and 60 devices go on; then what is kept is compared with what was
 * acknowledged. --seed repeats the choices of a run. Needs root.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> {
  const { values } = parseArgs({
    args: [...args],
    options: { times: { type: 'string', default: '30' }, seed: { type: 'string' } },
  });
  const times = Number(values.times);
  const seed = seedOf(values.seed);
  log(`seed ${seed}`);
  await prepareCluster();
  const dice = new Dice(seed);
  const network = new Network();
  const closings: (() => unknown)[] = [() => network.remove()];
  try {
    const [at, s3At] = network.outside(2);
    const hosts = {
      fronts: [network.host('front-1'), network.host('front-2')] as const,
      cells: [network.host('cell-1'), network.host('cell-2')] as const,
      devices: network.host('devices'),
    };
    const addresses: Record<Target, string> = {
      postgresql: at!,
      devices: hosts.devices.address,
      s3: s3At!,
      fronts: at!,
    };
    const database = await inDatabase(at);
    closings.push(() => database.remove());
    const objects = await S3Server.start(s3At);
    closings.push(() => objects.stop());
    // Http is for this machine: a bucket at another one would want a certificate.
    const { endpoint, ...bucket } = await objects.freshBucket();
    const port = await freePort();
    for (const host of [...hosts.fronts, ...hosts.cells]) {
      const relay = startRelay(host, port, new URL(endpoint));
      closings.push(() => relay.kill('SIGKILL'));
      await once(relay, 'message');
    }
    const {
      text: token,
      proof: { id, digest },
    } = mintToken('operator', dice.bytes, native);
    const leading = new Map<Member, boolean>();
    let ledTooLong = 0;
    const cluster = await Cluster.start({
      database,
      seed,
      log,
      hosts,
      config: {
        s3: { ...bucket, endpoint: `http://127.0.0.1:${port}` },
        // Fronts that can be reached from other hosts want an operator.
        operatorTokens: [{ id, name: 'tests', role: 'viewer', sha256: hex(digest) }],
      },
      token,
      deadline,
      taken(task, _, from) {
        if (!from || !leading.get(from)) return;
        ledTooLong += 1;
        log(`a cell leads devices of ${task}, which another one has taken`);
      },
      led: (cell, leads) => leading.set(cell, leads),
      mayStart: () => network.isWhole,
    });
    closings.push(() => cluster.close());
    const cuts: Cut[] = [];
    while (cuts.length < times) {
      const target = (Object.keys(longest) as Target[])[cuts.length % 4]!;
      const cut = await bring(cluster, network, addresses, target, dice);
      cuts.push(cut);
      log(JSON.stringify(cut));
    }
    await cluster.moreVersions(versionsAfterwards);
    const { rounds, ...found } = await cluster.verdict();
    const figures = { times, seed, ...found, ...figuresOf(cuts), ledTooLong };
    const resumedRounds = resumedOf(rounds, cuts);
    const wrong =
      found.lostAcknowledged +
      found.countedTwice +
      found.corruptModels +
      found.lostVersions +
      found.failedRounds +
      ledTooLong;
    return {
      figures: { ...figures, resumedRounds, rounds: rounds.length, devices: cellDevices },
      failed: wrong > 0 || resumedRounds < Math.min(10, times / 5),
    };
  } finally {
    for (const close of closings.reverse()) await close();
  }
}

/** Lets a host have the server of a bucket at its own loopback address. */
function startRelay(host: Host, port: number, { hostname, port: to }: URL): ChildProcess {
  return fork(
    fileURLToPath(new URL('./relay.mjs', import.meta.url)),
    [String(port), hostname, to],
    forkedOn(host, []),
  );
}

async function bring(
  cluster: Cluster,
  network: Network,
  addresses: Readonly<Record<Target, string>>,
  target: Target,
  dice: Dice,
): Promise<Cut> {
  const phase = dice.pick(Object.keys(aims) as (keyof typeof aims)[]);
  const isThere = ({ tasks, running }: Member) => tasks.size > 0 && running.place.phase === phase;
  await cluster.until(() => cluster.of('cell').some(isThere));
  const cell = cluster.of('cell').find(isThere)!;
  await pause(dice.below(aims[phase]));
  const { round } = cell.running.place;
  const victim = target === 'fronts' ? dice.pick(cluster.of('front')) : cell;
  const lost = [...victim.tasks];
  const way = dice.pick(ways);
  const ms = shortest + dice.below(longest[target] - shortest);
  network.cut(victim.host.address, addresses[target], way);
  const at = Date.now();
  const isTaken = () => lost.length > 0 && !lost.some(task => victim.tasks.has(task));
  const taken = cluster.until(isTaken).then(() => Date.now() - at);
  await pause(ms);
  network.heal();
  const healed = Date.now();
  cluster.startReplaced();
  await Promise.race([cluster.moreVersions(1), pause(recoveryLimit)]);
  const recovery = Date.now() - healed;
  if (recovery >= recoveryLimit) throw new Error(`No version came within ${recoveryLimit} ms after a cut.`);
  const takeOver = await Promise.race([taken, Promise.resolve(undefined)]);
  return { target, way, phase, ms, at, round, takeOver, recovery };
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

function figuresOf(cuts: readonly Cut[]): Figures {
  const count = (target: Target) => cuts.filter(cut => cut.target === target).length;
  const takeOvers = cuts.flatMap(({ takeOver }) => takeOver ?? []).sort((a, b) => a - b);
  const recoveries = cuts.map(({ recovery }) => recovery).sort((a, b) => a - b);
  return {
    cuts: {
      postgresql: count('postgresql'),
      devices: count('devices'),
      s3: count('s3'),
      fronts: count('fronts'),
    },
    takeOvers: takeOvers.length,
    takeOverMsMedian: takeOvers[takeOvers.length >> 1] ?? 0,
    takeOverMsMax: takeOvers.at(-1) ?? 0,
    recoveryMsMedian: recoveries[recoveries.length >> 1]!,
    recoveryMsMax: recoveries.at(-1)!,
  };
}
