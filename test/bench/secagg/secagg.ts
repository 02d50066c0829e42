import { createCipheriv, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { RoundId, TaskName } from '@murmuration/protocol/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { refuseUnrecoverable, settleDealings, writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { certify } from '@murmuration/protocol/secagg/certificate';
import { type Dealing, readDealing } from '@murmuration/protocol/secagg/dealing';
import { drawGraph } from '@murmuration/protocol/secagg/graph';
import { type DeviceKeys, readKeys, TakenKeys } from '@murmuration/protocol/secagg/keys';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { findParameters, type ThreatModel } from '@murmuration/protocol/secagg/parameters';
import {
  dealShares,
  enterRound,
  type InKeys,
  type InShares,
  type InUnmasking,
  maskUpdate,
  type ParticipantContext,
  revealShares,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { addPacked, centre, packRing, widthFor } from '@murmuration/protocol/secagg/ring';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { Unmasking, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import type { BenchmarkOptions, Figures } from './benchmark.ts';

// Bonawitz et al. 2017 (CCS), table 2: 1,000 clients, 100,000 values, complete graph; one thread. Seconds by dropout.
const published = {
  graph: 'complete',
  clients: 1000,
  dim: 100_000,
  clientMs: 1699,
  serverSeconds: { 0: 4.887, 0.1: 180.875, 0.3: 413.767 },
};

const valueBits = 8;

interface Client {
  readonly context: ParticipantContext;
  readonly certificate: Uint8Array | undefined;
  cpuMs: number;
}

/**
 * One round of secure aggregation in one process: devices in turn, losses after `shares`, unmasking on this thread.
 * --clients, --dim (values of an update), --dropout, --threat, --graph complete.
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
  const assumptions = { threat, corrupt: 0.05, dropping: dropout };
  const parameters = findParameters(clients, assumptions, values.graph as 'complete' | 'harary' | undefined);
  log(
    `${clients} clients, ${dim} values, ${parameters.graph} graph, k ${parameters.neighbours}, t ${parameters.threshold}`,
  );

  const server = stopwatch();
  const context = {
    primitives: native,
    task: 'bench' as TaskName,
    round: 'AAAAAAAAAAAAAAAAAAAAAA' as RoundId,
  };
  const authority = native.ed25519.signingKey(randomBytes(32));
  const enrolmentKey = threat === 'malicious' ? authority.publicKey : undefined;
  const population = Array.from({ length: clients }, (): Client => {
    const identity = native.ed25519.signingKey(randomBytes(32));
    return {
      context: { ...context, identity, demands: { assumptions, smallestCohort: clients, enrolmentKey } },
      certificate: enrolmentKey && certify(authority, identity.publicKey),
      cpuMs: 0,
    };
  });
  const onDevice = <Result>(client: Client, work: () => Result): Result => {
    const watch = stopwatch();
    const result = watch.time(work);
    client.cpuMs += watch.milliseconds;
    return result;
  };

  const taken = new TakenKeys();
  const entered = population.map(client => {
    const state = onDevice(client, () => enterRound(client.context, randomBytes(32)));
    const keys = server.time(() => {
      const read = readKeys(context, client.context.identity.publicKey, state.message, client.certificate);
      taken.take(read);
      return read;
    });
    return { client, state, keys };
  });
  const graph = server.time(() =>
    drawGraph(
      context,
      entered.map(({ keys }) => keys),
      parameters,
    ),
  );
  const byKeys = new Map<DeviceKeys, { client: Client; state: InKeys }>(
    entered.map(({ client, state, keys }) => [keys, { client, state }]),
  );
  const devices = graph.devices.map(keys => byKeys.get(keys)!);
  log('keys: done');

  let protocolBytes = devices[0]!.state.message.length;
  const dealings = new Map<number, Dealing>();
  const dealt = devices.map(({ client, state }, number): InShares => {
    const roster = server.time(() => writeRoster(graph, number));
    const next = onDevice(client, () => dealShares(client.context, state, roster));
    dealings.set(
      number,
      server.time(() => readDealing(graph, number, next.message)),
    );
    if (number === 0) protocolBytes += roster.length + next.message.length;
    if (number % 1000 === 999) log(`shares: ${number + 1} of ${clients}`);
    return next;
  });
  const settled = server.time(() => settleDealings(graph, dealings));
  log('shares: done');

  const width = widthFor(2 ** (valueBits - 1) * clients);
  const sum = new Int32Array(dim + 1);
  const expected = new Int32Array(dim + 1);
  const lost = Math.floor(dropout * clients);
  const waiting = new Map<number, InUnmasking>();
  for (const [number, state] of dealt.entries()) {
    const { client } = devices[number]!;
    const bundle = server.time(() => writeBundle(graph, settled, number));
    if (number === 0) protocolBytes += bundle.length;
    // The numbers follow from the identities, which are random: any of them may be the lost ones.
    if (number < lost) continue;
    const update = pseudoUpdate(number, dim);
    for (let i = 0; i <= dim; i++) expected[i] = expected[i]! + update[i]!;
    const { masked, packed } = onDevice(client, () => {
      const masked = maskUpdate(client.context, takeShares(client.context, state, bundle), update);
      return { masked, packed: packRing(update, width) };
    });
    server.time(() => addPacked(sum, packed, width));
    waiting.set(number, masked);
    if (number % 1000 === 999) log(`updates: ${number + 1} of ${clients}`);
  }

  const statement = server.time(() => {
    refuseUnrecoverable(graph, settled, new Set(waiting.keys()));
    return writeStatement(clients, new Set(waiting.keys()));
  });
  const unmasking = server.time(() => new Unmasking(graph, settled, statement));
  for (const [number, state] of waiting) {
    const { client } = devices[number]!;
    const reveal = onDevice(client, () => revealShares(client.context, state, statement)).message;
    server.time(() => unmasking.take(number, reveal));
    if (number === lost) protocolBytes += statement.length + reveal.length;
  }
  log('unmasking: all shares are in');
  const beforeMasks = server.milliseconds;
  let masks = 0;
  const recovered = server.time(() => unmasking.recover());
  for (const secret of recovered) {
    masks += server.time(() => {
      const removal = unmaskingMasks(context, secret);
      applyMasks(native, sum, removal);
      return removal.signs.length;
    });
  }
  server.time(() => centre(sum, width));
  log(`unmasking: ${masks} masks taken off`);

  const rssMiB = process.resourceUsage().maxRSS / 1024;
  const floor = stopwatch();
  floor.time(() => expandAlone(masks, (dim + 1) * 4));
  const contributors = [...waiting.keys()].map(number => devices[number]!.client.cpuMs).sort((a, b) => a - b);
  return {
    clients,
    dim,
    dropout,
    ...assumptions,
    graph: parameters.graph,
    k: parameters.neighbours,
    t: parameters.threshold,
    exact: sum.every((value, i) => value === expected[i]),
    serverCpuSeconds: round(server.milliseconds / 1000),
    serverUnmaskingCpuSeconds: round((server.milliseconds - beforeMasks) / 1000),
    clientCpuMs: round(contributors[contributors.length >> 1]!),
    rssMiB: Math.round(rssMiB),
    ringBits: width,
    masks,
    protocolBytes,
    floorCpuSeconds: round(floor.milliseconds / 1000),
    floorRatio: round(server.milliseconds / floor.milliseconds),
    published,
  };
}

/** Adds up the CPU time, of all threads of the process, of what it is given to do. */
function stopwatch() {
  let microseconds = 0;
  return {
    get milliseconds() {
      return microseconds / 1000;
    },
    time<Result>(work: () => Result): Result {
      const before = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(before);
      microseconds += user + system;
      return result;
    },
  };
}

/** Values of 8 bits that follow from the number of the device, and its weight, 1. */
function pseudoUpdate(number: number, dim: number): Int32Array {
  const update = new Int32Array(dim + 1);
  for (let i = 0, state = number; i < dim; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    update[i] = state >> (32 - valueBits);
  }
  update[dim] = 1;
  return update;
}

/** Expands so many key streams by Node's ChaCha20 and does nothing with them. */
function expandAlone(streams: number, bytes: number): void {
  const zeros = new Uint8Array(32_768);
  const key = randomBytes(32);
  const iv = new Uint8Array(16);
  for (let stream = 0; stream < streams; stream++) {
    const cipher = createCipheriv('chacha20', key, iv);
    for (let left = bytes; left > 0; left -= zeros.length)
      cipher.update(zeros.subarray(0, Math.min(left, zeros.length)));
  }
}

const round = (value: number): number => Number(value.toPrecision(4));
