import * as z from 'zod';

const clients = z.int().min(1).max(1_000_000);
const alpha = z.number().positive().max(1e6);

/** How examples are spread over clients, as a scenario says it. */
export const partitionSpec = z.discriminatedUnion('kind', [
  /** Each user of the data is a client. */
  z.strictObject({ kind: z.literal('user') }),
  /** At random, as evenly as may be. */
  z.strictObject({ kind: z.literal('iid'), clients }),
  /** Sorted by label and cut into shards, of which each client has so many: "pathological" for 2 (McMahan et al. 2017, §3). */
  z.strictObject({
    kind: z.literal('shards'),
    clients,
    shardsPerClient: z.int().min(1).max(1_000).default(2),
  }),
  /** As evenly as may be, each client with a mixture of labels of its own, from Dir(α · their frequencies) (Hsu et al. 2019, §3). */
  z.strictObject({ kind: z.literal('dirichlet'), clients, alpha }),
  /** At random, numbers of examples in proportions from Dir(α), each client with `least` at least (Li et al. 2022, §IV). */
  z.strictObject({
    kind: z.literal('quantity'),
    clients,
    alpha,
    least: z.int().min(1).max(1_000_000).default(1),
  }),
  /** In the order of time, each client with one stretch of it. */
  z.strictObject({ kind: z.literal('time'), clients }),
]);

/** Plain data; what has a default may be left out. */
export type PartitionSpec = z.input<typeof partitionSpec>;

/** Of one kind, complete. */
export type PartitionOf<Kind extends PartitionSpec['kind']> = Extract<
  z.output<typeof partitionSpec>,
  { readonly kind: Kind }
>;

/** Examples that a client needs at least. */
export function fewestOf(spec: z.output<typeof partitionSpec>): number {
  if (spec.kind === 'shards') return spec.shardsPerClient;
  return spec.kind === 'quantity' ? spec.least : 1;
}
