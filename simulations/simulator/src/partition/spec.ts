import * as z from 'zod';

const clients = z.int().min(1).max(1_000_000);
const alpha = z.number().positive().max(1e6);

/** Partition of examples over clients, as settings of a scenario. */
export const partitionSpec = z.discriminatedUnion('kind', [
  /** Each user of the data is a client. */
  z.strictObject({ kind: z.literal('user') }),
  /** Random, with sizes that differ by 1 at most. */
  z.strictObject({ kind: z.literal('iid'), clients }),
  /**
   * Sorted by label and cut into shards, `shardsPerClient` per client: "pathological" for 2 (McMahan et al.
   * 2017, §3).
   */
  z.strictObject({
    kind: z.literal('shards'),
    clients,
    shardsPerClient: z.int().min(1).max(1_000).default(2),
  }),
  /**
   * Equal sizes, and for each client its own mixture of labels from Dir(α · label frequencies) (Hsu et al.
   * 2019, §3).
   */
  z.strictObject({ kind: z.literal('dirichlet'), clients, alpha }),
  /** Random, with sizes in proportions from Dir(α) and at least `least` per client (Li et al. 2022, §IV). */
  z.strictObject({
    kind: z.literal('quantity'),
    clients,
    alpha,
    least: z.int().min(1).max(1_000_000).default(1),
  }),
  /** Sorted by time, one contiguous piece per client. */
  z.strictObject({ kind: z.literal('time'), clients }),
]);

/** Partition with defaults left out. */
export type PartitionSpec = z.input<typeof partitionSpec>;

/** Partition of one kind with all defaults filled in. */
export type PartitionOf<Kind extends PartitionSpec['kind']> = Extract<
  z.output<typeof partitionSpec>,
  { readonly kind: Kind }
>;

/** Returns the minimum number of examples per client. */
export function fewestOf(spec: z.output<typeof partitionSpec>): number {
  if (spec.kind === 'shards') return spec.shardsPerClient;
  return spec.kind === 'quantity' ? spec.least : 1;
}
