import { randomFillSync } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate, headerLength } from '@murmuration/protocol/weights/codec';
import { type Layout, layoutOf } from '@murmuration/protocol/weights/layout';
import { FloatSum } from '@murmuration/rounds/aggregation/float-sum';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import type { RunningSum } from '@murmuration/rounds/aggregation/running-sum';
import { type BenchmarkOptions, type Figures, median, ratioOf } from './benchmark.ts';
import { stopwatch } from './stopwatch.ts';

const settings = { clip: 1, bits: 8, weightCap: 32, largestCohort: 1_000 } as const;
/** Different updates, sent in turn: together larger than the processor's caches. */
const distinct = 16;
const trials = 7;

/**
 * CPU seconds from wire bytes to mean, decoding and validation included: of float32 updates and of packed ring values, beside a
 * plain loop that adds arrays already decoded. Trials alternate; the figures are medians. `copy` is what it takes to read the bytes
 * of the float32 updates from memory and write them once. --updates, --values.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      updates: { type: 'string', default: '100' },
      values: { type: 'string', default: '1000000' },
    },
  });
  const [updates, values] = [Number(options.updates), Number(options.values)];
  const layout = layoutOf([{ name: 'weights', shape: [values] }]);
  const deltas = Array.from({ length: distinct }, () => randomDelta(values));
  const floats = deltas.map((delta, i) =>
    encodeUpdate(layout.hash, values, { kind: 'float32', delta, weight: i + 1 }),
  );
  const rings = Array.from({ length: distinct }, (_, i) => ringUpdate(layout, i + 1));
  const newFloatSum = () => new FloatSum(layout, settings);
  const newRingSum = () => new RingSum(layout, settings, 'bench');

  const seconds = {
    plain: [] as number[],
    float32: [] as number[],
    ring: [] as number[],
    copy: [] as number[],
  };
  const room = new Uint8Array(floats[0]!.length);
  for (let trial = -1; trial < trials; trial++) {
    const plain = cpuSeconds(() => plainMean(deltas, updates));
    const float32 = cpuSeconds(() => meanOf(newFloatSum(), floats, updates));
    const ring = cpuSeconds(() => meanOf(newRingSum(), rings, updates));
    const copy = cpuSeconds(() => {
      for (let update = 0; update < updates; update++) room.set(floats[update % floats.length]!);
    });
    // The first trial is the warm-up of the compiler.
    if (trial < 0) continue;
    seconds.plain.push(plain);
    seconds.float32.push(float32);
    seconds.ring.push(ring);
    seconds.copy.push(copy);
    log(
      `trial ${trial + 1} of ${trials}: plain ${plain.toFixed(3)} s, float32 ${float32.toFixed(3)} s, ring ${ring.toFixed(3)} s`,
    );
  }
  const [plain, float32] = [median(seconds.plain), median(seconds.float32)];
  const [ring, copy] = [median(seconds.ring), median(seconds.copy)];
  const gbs = (bytes: number, cpu: number) => (bytes * updates) / cpu / 1e9;
  const [ofFloats, ofRings] = [ratioOf(seconds.float32, seconds.plain), ratioOf(seconds.ring, seconds.plain)];
  return {
    ratio: ofFloats.ratio,
    ratioRange: ofFloats.range,
    ringRatio: ofRings.ratio,
    ringRatioRange: ofRings.range,
    seconds: { plain, float32, ring, copy },
    // An update is copied, measured and added: 12 bytes a value read and 4 written, beside 8 of the sum read and written.
    gbs: { float32: gbs(32 * values, float32), copy: gbs(8 * values, copy) },
    rssGrowthMiB: Math.max(
      await rssGrowth(newFloatSum(), floats[0]!, log),
      await rssGrowth(newRingSum(), rings[0]!, log),
    ),
    refusedLeavesSum:
      refusedLeaveSum(newFloatSum, floats, notFinite) && refusedLeaveSum(newRingSum, rings, tooLarge),
    updates,
    values,
    bytes: { float32: floats[0]!.length, ring: rings[0]!.length },
    ringWidth: newRingSum().form.width,
    node: process.version,
    cores: availableParallelism(),
  };
}

/** A vector of norm ½. */
function randomDelta(length: number): Float32Array {
  const random = randomFillSync(new Int16Array(length));
  const delta = Float32Array.from(random, value => value / 32_768);
  const norm = Math.sqrt(delta.reduce((squares, value) => squares + value * value, 0));
  return delta.map(value => value / (2 * norm));
}

function ringUpdate(layout: Layout, weight: number): Uint8Array {
  const { count, width } = new RingSum(layout, settings, 'bench').form;
  const elements = Int32Array.from(randomFillSync(new Int8Array(count)), value => value * weight);
  elements[count - 1] = weight;
  return encodeUpdate(layout.hash, count, { kind: 'ring', packed: packRing(elements, width) }, width);
}

/** The baseline: what any weighted mean has to do, once it has arrays of numbers that it trusts. */
function plainMean(deltas: readonly Float32Array[], updates: number): Float32Array {
  const sum = new Float64Array(deltas[0]!.length);
  let total = 0;
  for (let update = 0; update < updates; update++) {
    const weight = (update % deltas.length) + 1;
    addPlain(sum, deltas[update % deltas.length]!, weight);
    total += weight;
  }
  const mean = new Float32Array(sum.length);
  for (let i = 0; i < mean.length; i++) mean[i] = sum[i]! / total;
  return mean;
}

function addPlain(sum: Float64Array, delta: Float32Array, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += weight * delta[i]!;
}

function meanOf(sum: RunningSum, wire: readonly Uint8Array[], updates: number): Float32Array {
  for (let update = 0; update < updates; update++) sum.add(wire[update % wire.length]!);
  return sum.mean().delta;
}

function cpuSeconds(work: () => unknown): number {
  const cpu = stopwatch();
  cpu.time(work);
  return cpu.milliseconds / 1000;
}

/** How far the resident set grows, MiB, while 1,000 updates come in, each in bytes of its own that nobody keeps. */
async function rssGrowth(sum: RunningSum, update: Uint8Array, log: (line: string) => void): Promise<number> {
  // What the process takes once, such as room for the bytes that wait for the collector.
  for (let i = 0; i < 50; i++) await arrive(sum, update);
  const before = process.memoryUsage.rss();
  let highest = before;
  for (let i = 0; i < 1_000; i++) {
    await arrive(sum, update);
    highest = Math.max(highest, process.memoryUsage.rss());
  }
  const growth = (highest - before) / 2 ** 20;
  log(`1,000 updates of ${update.length} bytes: ${growth.toFixed(1)} MiB more`);
  return growth;
}

async function arrive(sum: RunningSum, update: Uint8Array): Promise<void> {
  sum.add(update.slice());
  // A turn of the event loop, as between requests: the collector hands back what was freed.
  await new Promise(resolve => setImmediate(resolve));
}

/** Whether a sum comes out bit for bit as if the refused updates between the good ones had never come. */
function refusedLeaveSum(
  newSum: () => RunningSum,
  wire: readonly Uint8Array[],
  spoil: (update: Uint8Array, sum: RunningSum) => void,
): boolean {
  const expected = meanOf(newSum(), wire, wire.length);
  const sum = newSum();
  let refused = 0;
  for (const update of wire) {
    const bad = update.slice();
    spoil(bad, sum);
    try {
      sum.add(bad);
    } catch {
      refused += 1;
    }
    sum.add(update);
  }
  const actual = sum.mean().delta;
  return refused === wire.length && Buffer.from(actual.buffer).equals(Buffer.from(expected.buffer));
}

/** A NaN as the last value. */
function notFinite(update: Uint8Array): void {
  new DataView(update.buffer).setUint32(update.length - 4, 0x7fc0_0000, true);
}

/** A value in the middle with its highest bits 01, beyond what one contribution may reach. */
function tooLarge(update: Uint8Array, { form }: RunningSum): void {
  if (form.kind !== 'ring') return;
  const bit = Math.floor(form.count / 2) * form.width + form.width - 1;
  const at = (place: number) => headerLength + (place >> 3);
  update[at(bit)]! &= ~(1 << (bit & 7));
  update[at(bit - 1)]! |= 1 << ((bit - 1) & 7);
}
