import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { native } from '@murmuration/protocol/primitives/node';
import {
  agreedFor,
  dealerFlags,
  refuseUnrecoverable,
  settleDealings,
  writeBundle,
} from '@murmuration/protocol/secagg/aggregator';
import { agreementMessage, type Evidence, updateMessage } from '@murmuration/protocol/secagg/agreement';
import type { ThreatModel } from '@murmuration/protocol/secagg/assumptions';
import { type Dealing, readDealing } from '@murmuration/protocol/secagg/dealing';
import { drawGraph } from '@murmuration/protocol/secagg/graph';
import { readKeys, TakenKeys } from '@murmuration/protocol/secagg/keys';
import { applyMasks, concatMasks } from '@murmuration/protocol/secagg/mask-stream';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { centre, widthFor } from '@murmuration/protocol/secagg/ring';
import { ringVector } from '@murmuration/protocol/secagg/ring-vector';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { Unmasking, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import { stopwatch } from '../stopwatch.ts';
import { round as bound } from './bound.ts';
import {
  type Entered,
  type Finished,
  type MaskedUpdate,
  type Order,
  type Parcel,
  type Report,
  valueBits,
} from './orders.ts';

// Bonawitz et al. 2017 (CCS), table 2: 1,000 clients, 100,000 values, complete graph; one thread. Seconds by dropout.
const published = {
  graph: 'complete',
  clients: 1000,
  dim: 100_000,
  clientMs: 1699,
  serverSeconds: { 0: 4.887, 0.1: 180.875, 0.3: 413.767 },
};

/** Devices whose messages cross between the processes at once. */
const atOnce = 20;

interface Settings {
  readonly clients: number;
  readonly dim: number;
  readonly dropout: number;
  readonly threat: ThreatModel;
  readonly kind: 'complete' | 'harary' | undefined;
}

/**
 * One round of secure aggregation: the server here, unmasking on this thread; the devices, in turn, in a process of their own.
 * Losses come after `shares`. --clients, --dim (values of an update), --dropout, --threat, --graph complete.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clients: { type: 'string', default: '1000' },
      dim: { type: 'string', default: '100000' },
      dropout: { type: 'string', default: '0.1' },
      threat: { type: 'string' },
      graph: { type: 'string' },
    },
  });
  const [clients, dim, dropout] = [Number(values.clients), Number(values.dim), Number(values.dropout)];
  // The semi-malicious rule asks for more neighbours than there are once almost a third is lost.
  const threat = (values.threat ?? (dropout > 0.25 ? 'honest-but-curious' : 'semi-malicious')) as ThreatModel;
  const kind = values.graph as Settings['kind'];
  const devices = new SecondProcess<Order, Report>(new URL('./devices.ts', import.meta.url));
  try {
    return await measure({ clients, dim, dropout, threat, kind }, devices, log);
  } finally {
    await devices.end();
  }
}

async function measure(
  { clients, dim, dropout, threat, kind }: Settings,
  devices: SecondProcess<Order, Report>,
  log: BenchmarkOptions['log'],
): Promise<Figures> {
  const assumptions = { threat, corrupt: 0.05, dropping: dropout };
  const parameters = findParameters(clients, assumptions, kind);
  log(
    `${clients} clients, ${dim} values, ${parameters.graph} graph, k ${parameters.neighbours}, t ${parameters.threshold}`,
  );
  const server = {
    keys: stopwatch(),
    rosters: stopwatch(),
    dealings: stopwatch(),
    bundles: stopwatch(),
    updates: stopwatch(),
    agreement: stopwatch(),
    reveals: stopwatch(),
    unmasking: stopwatch(),
  };
  const inBatches = async (
    phase: string,
    numbers: readonly number[],
    exchange: (batch: readonly number[]) => Promise<void>,
  ) => {
    const every = clients > 2000 ? 1000 : 100;
    for (let at = 0; at < numbers.length; at += atOnce) {
      const batch = numbers.slice(at, at + atOnce);
      await exchange(batch);
      const done = at + batch.length;
      if (done % every === 0 || done === numbers.length) log(`${phase}: ${done} of ${numbers.length}`);
    }
  };

  const width = widthFor(2 ** (valueBits - 1) * clients);
  const entered = await devices.run<readonly Entered[]>({ do: 'enter', clients, dim, width, ...assumptions });
  const taken = new TakenKeys();
  const keys = server.keys.time(() =>
    entered.map(({ identity, message, certificate }) => {
      const read = readKeys(bound, identity, message, certificate);
      taken.take(read);
      return read;
    }),
  );
  const graph = server.keys.time(() => drawGraph(bound, keys, parameters));
  const positions = new Map(keys.map((read, device) => [read, device]));
  /** The device with each number, and the number of each device. */
  const deviceOf = graph.devices.map(read => positions.get(read)!);
  const numberOf = new Map(deviceOf.map((device, number) => [device, number]));
  log('keys: done');

  const numbers = deviceOf.map((_, number) => number);
  let protocolBytes = entered[0]!.message.length;
  const dealings = new Map<number, Dealing>();
  await inBatches('shares', numbers, async batch => {
    const rosters = server.rosters.time(() =>
      batch.map(number => ({ device: deviceOf[number]!, bytes: writeRoster(graph, number) })),
    );
    const dealt = await devices.run<readonly Parcel[]>({ do: 'deal', rosters });
    server.dealings.time(() => {
      for (const { device, bytes } of dealt) {
        const number = numberOf.get(device)!;
        dealings.set(number, readDealing(graph, number, bytes));
      }
    });
    if (batch[0] === 0)
      protocolBytes +=
        rosters[0]!.bytes.length + dealt.find(({ device }) => device === deviceOf[0])!.bytes.length;
  });
  const settled = server.dealings.time(() => settleDealings(graph, dealings));
  const flags = server.bundles.time(() => dealerFlags(graph, settled));
  /** Of those who contribute, by number: what each has signed with its update, and then its agreement. */
  const evidence = new Map<number, Evidence>();
  const take = (kind: Evidence['kind'], signed: Uint8Array, device: number, signature: Uint8Array) => {
    const number = numberOf.get(device)!;
    if (!native.ed25519.verify(graph.devices[number]!.identity, signed, signature))
      throw new Error(`The ${kind} of device ${device} is not signed.`);
    // Copied: what came from the other process is a view of the whole batch, updates included, and would keep that.
    evidence.set(number, { kind, signature: Uint8Array.from(signature) });
  };

  const vector = ringVector(dim + 1);
  const sum = vector.elements;
  // The numbers follow from the identities, which are random: any of them may be the lost ones.
  const lost = Math.floor(dropout * clients);
  const bundlesOf = (some: readonly number[]) =>
    server.bundles.time(() =>
      some.map(number => ({ device: deviceOf[number]!, bytes: writeBundle(graph, settled, number, flags) })),
    );
  // In turn, so that those of the lost are not held.
  for (let at = 0; at < lost; at += atOnce) bundlesOf(numbers.slice(at, Math.min(lost, at + atOnce)));
  const contributors = numbers.slice(lost);
  const updateSigned = server.agreement.time(() => updateMessage(graph.context, flags));
  await inBatches('updates', contributors, async batch => {
    const bundles = bundlesOf(batch);
    if (batch[0] === lost) protocolBytes += bundles[0]!.bytes.length;
    const updates = await devices.run<readonly MaskedUpdate[]>({ do: 'contribute', bundles });
    server.agreement.time(() => {
      for (const { device, signature } of updates) take('update', updateSigned, device, signature);
    });
    server.updates.time(() => {
      for (const { bytes } of updates) vector.add(bytes, width);
    });
    if (batch[0] === lost) protocolBytes += updates[0]!.signature.length;
  });

  const statement = server.reveals.time(() => {
    refuseUnrecoverable(graph, settled, new Set(contributors));
    return writeStatement(clients, settled, new Set(contributors));
  });
  const unmasking = server.reveals.time(() => new Unmasking(graph, settled, statement));
  const takeReveals = (revealed: readonly Parcel[]) =>
    server.reveals.time(() => {
      for (const { device, bytes } of revealed) unmasking.take(numberOf.get(device)!, bytes);
    });
  const agreementSigned = server.agreement.time(() => agreementMessage(graph.context, statement));
  // A coordinator that follows the protocol needs nobody's agreement: devices answer the statement with what they reveal.
  const agrees = threat !== 'honest-but-curious';
  await inBatches(agrees ? 'agreement' : 'unmasking', contributors, async batch => {
    const order = { do: 'agree', statement, devices: batch.map(number => deviceOf[number]!) } as const;
    const answers = await devices.run<readonly Parcel[]>(order);
    if (batch[0] === lost) protocolBytes += statement.length + answers[0]!.bytes.length;
    if (!agrees) return takeReveals(answers);
    server.agreement.time(() => {
      for (const { device, bytes } of answers) take('agreement', agreementSigned, device, bytes);
    });
  });
  if (agrees)
    await inBatches('unmasking', contributors, async batch => {
      const agreed = server.agreement.time(() =>
        batch.map(number => ({
          device: deviceOf[number]!,
          bytes: agreedFor(graph, number, device => evidence.get(device)),
        })),
      );
      const revealed = await devices.run<readonly Parcel[]>({ do: 'reveal', agreed });
      takeReveals(revealed);
      if (batch[0] === lost) protocolBytes += agreed[0]!.bytes.length + revealed[0]!.bytes.length;
    });
  const masks = server.unmasking.time(() => {
    const all = concatMasks(unmasking.recover().map(secret => unmaskingMasks(graph.context, secret)));
    applyMasks(native, sum, all, width);
    centre(sum, width);
    return all.signs.length;
  });
  log(`unmasking: ${masks} masks taken off`);

  const serverMs = Object.values(server).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  const floor = stopwatch();
  floor.time(() => expandAlone(masks, (dim + 1) * Math.ceil(width / 8)));
  const { sum: expected, cpuMs } = await devices.run<Finished>({ do: 'finish' });
  return {
    clients,
    dim,
    dropout,
    ...assumptions,
    graph: parameters.graph,
    k: parameters.neighbours,
    t: parameters.threshold,
    exact: sum.every((value, i) => value === expected[i]),
    serverCpuSeconds: round(serverMs / 1000),
    serverCpuSecondsBy: Object.fromEntries(
      Object.entries(server).map(([phase, { milliseconds }]) => [phase, round(milliseconds / 1000)]),
    ),
    clientCpuMs: round(cpuMs),
    rssMiB: Math.round(rssMiB),
    ringBits: width,
    masks,
    protocolBytes,
    floorCpuSeconds: round(floor.milliseconds / 1000),
    floorRatio: round(serverMs / floor.milliseconds),
    unmaskingRatio: round(server.unmasking.milliseconds / floor.milliseconds),
    published,
  };
}

/** Expands so many key streams by Node's ChaCha20, a piece at a time in memory that is freed at once, and does nothing with them. */
function expandAlone(streams: number, bytes: number): void {
  const key = randomBytes(32);
  const blocks = Math.ceil(bytes / 64);
  for (let stream = 0; stream < streams; stream++) {
    const words = native.keystream(key, 0);
    for (let left = blocks; left > 0; left -= 1_024) words.next(Math.min(left, 1_024));
  }
}
