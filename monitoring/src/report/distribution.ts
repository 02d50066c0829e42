import { countIn, sturges } from '../samples/bins.ts';
import { asCategories, categoriesOfBoth, type Sample } from '../samples/sample.ts';

/** Shares of both samples, for a drawing. */
export type Distribution =
  | {
      readonly kind: 'numbers';
      /** Edges of the bins, ascending; one more than shares. */
      readonly edges: readonly number[];
      readonly reference: readonly number[];
      readonly current: readonly number[];
    }
  | {
      readonly kind: 'categories';
      readonly labels: readonly string[];
      readonly reference: readonly number[];
      readonly current: readonly number[];
      /** Shares of categories that are not listed. */
      readonly others: { readonly reference: number; readonly current: number };
    };

const maxReportCategories = 12;

/** Returns the distribution of two samples that are not both empty; an empty one has shares of 0. */
export function distributionOf(reference: Sample, current: Sample): Distribution {
  const share = (count: number, sample: Sample) => (sample.size > 0 ? count / sample.size : 0);
  if (reference.kind === 'numbers' && current.kind === 'numbers') {
    const edges = sturges(reference.sorted, current.sorted);
    return {
      kind: 'numbers',
      edges: [...edges],
      reference: Array.from(countIn(reference.sorted, edges), count => share(count, reference)),
      current: Array.from(countIn(current.sorted, edges), count => share(count, current)),
    };
  }
  const [before, after] = [asCategories(reference), asCategories(current)];
  const shares = categoriesOfBoth(before, after).map(category => ({
    label: String(category),
    reference: share(before.counts.get(category) ?? 0, before),
    current: share(after.counts.get(category) ?? 0, after),
  }));
  const order = shares.toSorted((a, b) => b.reference + b.current - a.reference - a.current);
  const shown = order.slice(0, maxReportCategories);
  const rest = order.slice(maxReportCategories);
  return {
    kind: 'categories',
    labels: shown.map(({ label }) => label),
    reference: shown.map(each => each.reference),
    current: shown.map(each => each.current),
    others: {
      reference: rest.reduce((sum, each) => sum + each.reference, 0),
      current: rest.reduce((sum, each) => sum + each.current, 0),
    },
  };
}
