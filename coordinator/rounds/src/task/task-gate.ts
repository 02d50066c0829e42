import { fewestUnits } from '@murmuration/monitoring/paired/mean-difference';
import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import type { measuredOf } from '../evaluation/on-devices.ts';

const units = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const sizeForm = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)$/;
const expectedSize = 'expected a size such as "500 KiB" or "20 MiB"';

const size = z
  .union([z.number(), z.string().regex(sizeForm, expectedSize)], expectedSize)
  .transform(value => (typeof value === 'number' ? value : bytesOf(value)))
  .pipe(z.int(expectedSize).min(1, expectedSize));

const metricName = z.string().min(1).max(128);

/** Schema of a task's gate. */
export const gateSchema = z
  .strictObject({
    /**
     * Held-out metric that must be better than the champion's; the evaluator says which direction is better.
     * Null requires none.
     * @default null
     */
    better: metricName.nullable().default(null),
    /** Smallest gain; 0 accepts any gain that the test finds. @default 0 */
    by: z.number().min(0).default(0),
    /**
     * Test of the gain, at 95 % confidence. `bootstrap`: a paired bootstrap, which resamples the held-out
     * examples; the lower end of the interval of the mean gain has to be above `by`. `slices`: the same over
     * slices with equal weights. `mcnemar`: McNemar's exact test, for metrics that are above 0 for each
     * example that was right, else 0. `none`: compares the two figures directly.
     * @default 'bootstrap'
     */
    test: z.enum(['bootstrap', 'slices', 'mcnemar', 'none']).default('bootstrap'),
    /**
     * Metrics that may not be worse: `loss`, or `top1 of short` for a slice of the held-out examples; the
     * slice `*` stands for every slice.
     * @default []
     */
    neverWorse: z.array(z.string().min(1).max(260)).max(100).default([]),
    /**
     * Latency that 99 of 100 requests of one row may not exceed, one after the other, in a thread on the
     * coordinator's machine; null for no limit.
     * @default null
     */
    latencyP99: duration
      .refine(ms => ms > 0, 'expected more than 0 ms')
      .nullable()
      .default(null),
    /** Most bytes of the model's weights; null for no limit. @default null */
    size: size.nullable().default(null),
  })
  .refine(
    gate =>
      gate.better !== null || gate.neverWorse.length > 0 || gate.latencyP99 !== null || gate.size !== null,
    'expected a rule: better, neverWorse, latencyP99 or size',
  );

/** Rules that a version must pass before it is served, complete. */
export type Gate = z.output<typeof gateSchema>;

/** Returns the metric and the slice that an entry of `neverWorse` names; null for all examples. */
export function partOf(entry: string): { readonly metric: string; readonly slice: string | null } {
  const [metric = '', ...rest] = entry.split(' of ');
  return { metric, slice: rest.length > 0 ? rest.join(' of ') : null };
}

/** Confidence that a gain must reach, as is usual. */
export const confidence = 0.95;

/**
 * Returns a sentence on the problem of a gate, such as a metric that nothing measures, with the name of the
 * field; undefined if there is none.
 */
export function problemOfGate(
  { better, test, neverWorse, latencyP99 }: Gate,
  { measures, slices }: ReturnType<typeof measuredOf>,
  privateLayers: readonly string[],
): string | undefined {
  const parts = neverWorse.map(partOf);
  const listed = (names: readonly string[]) => names.join(', ') || 'nothing';
  for (const { field, metric } of [
    ...(better === null ? [] : [{ field: 'gate.better', metric: better }]),
    ...parts.map(({ metric }) => ({ field: 'gate.neverWorse', metric })),
  ])
    if (!Object.hasOwn(measures, metric))
      return `${field} names the metric "${metric}", which nobody measures: the evaluation says that it measures ${listed(Object.keys(measures))}. Name it in the measures of the evaluator, or another one.`;
  for (const { slice } of parts)
    if (slice !== null && (slice === '*' ? slices.length === 0 : !slices.includes(slice)))
      return `gate.neverWorse names the slice "${slice}", which nobody measures: the slices of the evaluation are ${listed(slices)}.`;
  if (better !== null && test !== 'none') {
    if (test === 'slices') {
      const fewest = fewestUnits(confidence);
      if (slices.length < fewest)
        return `gate.test resamples slices, and the evaluation has ${slices.length}: as sure as confidence ${confidence} it can be with ${fewest} or more. Name them in the slices of the evaluator, or choose "none".`;
    } else if (!measures[better]?.byExample)
      return `gate.test needs the value of "${better}" for each example, and the evaluation does not say that it gives them (byExample); without them, gate.test can be "slices" or "none".`;
  }
  if (latencyP99 !== null && privateLayers.length > 0)
    return "gate.latencyP99 can't be combined with plan.privateLayers, since the coordinator has no trained weights of these layers.";
  return undefined;
}

function bytesOf(text: string): number {
  const [, amount, unit] = sizeForm.exec(text)!;
  return Math.round(Number(amount) * units[unit as keyof typeof units]);
}
