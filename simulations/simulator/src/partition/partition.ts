import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeIssues } from '@murmuration/rounds/configuration/config-error';
import type * as z from 'zod';
import type { Columns } from '../data/dataset.ts';
import { byDirichlet } from './dirichlet.ts';
import { byUser, evenly, inOrderOf, inRandomOrder } from './order.ts';
import { bySkewedQuantity } from './quantity-skew.ts';
import { byShards } from './shards.ts';
import { fewestOf, type PartitionSpec, partitionSpec } from './spec.ts';

/**
 * Spreads `count` examples over clients: ascending indices per client, every example exactly once. All
 * randomness comes from `uniform`, numbers in [0, 1).
 * @throws `data.column` if the data lack a column that the partition needs, and `config.invalid` for fewer
 * examples than clients or shards need
 */
export function partition(
  spec: PartitionSpec,
  count: number,
  columns: Columns,
  uniform: () => number,
): Uint32Array[] {
  const { data: how, error } = partitionSpec.safeParse(spec, { error: plainWords });
  if (error) throw new MurmurationError('config.invalid', describeIssues('partition', error, spec));
  const needed = how.kind === 'user' ? 1 : how.clients * fewestOf(how);
  if (count < needed)
    throw new MurmurationError(
      'config.invalid',
      `This partition needs ${needed} examples at least, and the data have ${count}; ask for fewer clients.`,
    );
  return partsOf(how, count, columns, uniform).map(part => part.sort());
}

function partsOf(
  how: z.output<typeof partitionSpec>,
  count: number,
  columns: Columns,
  uniform: () => number,
): Uint32Array[] {
  const column = <Name extends keyof Columns>(name: Name) => columnOf(columns, name, how.kind, count);
  switch (how.kind) {
    case 'user':
      return byUser(column('users'));
    case 'iid':
      return evenly(inRandomOrder(count, uniform), how.clients);
    case 'shards':
      return byShards(column('labels'), how, uniform);
    case 'dirichlet':
      return byDirichlet(column('labels'), how, uniform);
    case 'quantity':
      return bySkewedQuantity(count, how, uniform);
    case 'time':
      return evenly(inOrderOf(column('times')), how.clients);
  }
}

function columnOf<Name extends keyof Columns>(
  columns: Columns,
  name: Name,
  kind: PartitionSpec['kind'],
  count: number,
): NonNullable<Columns[Name]> {
  const values = columns[name];
  if (values?.length === count) return values;
  throw new MurmurationError(
    'data.column',
    values
      ? `The data have ${count} examples and ${values.length} ${name}; there has to be one for each.`
      : `A partition of the kind "${kind}" goes by ${name}, and these data have none; choose another kind.`,
  );
}
