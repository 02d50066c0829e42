import {
  countColumns,
  countReference,
  ownOf,
  planOf,
} from '@murmuration/serving/monitor/drift/counting-plan';
import { expect, it } from 'vitest';

it('counts a feature that is called as what each object has', () => {
  const cells = Array.from({ length: 100 }, (_, at) => at);
  const names = ['constructor', 'toString', 'x'];
  const columns = Object.fromEntries(names.map(name => [name, { role: 'feature' as const, cells }]));
  const plan = planOf('plan', columns);
  const sums = (counts: ReturnType<typeof countReference>) =>
    names.map(name => ownOf(counts, name)?.counts.reduce((sum, count) => sum + count, 0));
  expect(sums(countReference(plan, columns))).toEqual([100, 100, 100]);
  expect(sums(countColumns(plan, { x: columns.x! }))).toEqual([0, 0, 100]);
  expect(ownOf({}, 'constructor')).toBeUndefined();
});
