import { nothing, type Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { html } from '@murmuration/monitoring/kit/markup';
import { difference, quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';
import { lastComparisons, spreadOf, spreadShares } from '../client-spread.ts';
import { descriptionOf } from '../curves.ts';

const shares = ['the worst', '1st tenth', '1st quarter', 'median', '3rd quarter', '9th tenth', 'the best'];

/**
 * Renders the differences between clients: who is better off with one model than with another, and who is
 * worse off.
 */
export function clients(run: Run): Section {
  const compared = lastComparisons(run).map((comparison, index) => ({
    comparison,
    spread: spreadOf(run, comparison),
    id: `clients-${index + 1}`,
  }));
  return {
    id: 'clients',
    title: 'Who gets better, who gets worse',
    before:
      compared.length > 0 ? null : nothing('The scenario compared no models on the data of single clients.'),
    figures: compared.map(({ comparison, spread, id }) => ({
      id,
      title: `${comparison.metric}: ${comparison.after.model} against ${comparison.before.model}`,
      summary: `After round ${comparison.round}, of ${quantity(spread.clients, 'count')} clients ${quantity(spread.better, 'count')} are better off, ${quantity(spread.worse, 'count')} worse, and ${quantity(spread.clients - spread.better - spread.worse, 'count')} as before.`,
      chart: spread.chart,
    })),
    after: compared.map(({ comparison, spread }) => {
      const { unit, better } = descriptionOf(run, comparison.metric);
      const title = `${comparison.metric} over the clients: ${comparison.after.model} against ${comparison.before.model}`;
      const order = better === 'higher' ? [0, 1, 2, 3, 4, 5, 6] : [6, 5, 4, 3, 2, 1, 0];
      return html`<h3>${title}</h3>${tableMarkup(
        title,
        ['Quantile', comparison.before.model, comparison.after.model, 'change'],
        spread.clients === 0
          ? []
          : spreadShares.map((_, place) => {
              const at = order[place]!;
              return [
                shares[place]!,
                quantity(spread.before[at], unit),
                quantity(spread.after[at], unit),
                difference(spread.change[at]!, unit),
              ];
            }),
      )}<p class="aside">Each column is sorted by itself: a row is the same quantile of each, and no single client.</p>${spread.losers.length > 0 ? html`<p class="aside">They lose most: ${spread.losers.map(({ client, before, after }) => `client ${client} (${quantity(before, unit)} → ${quantity(after, unit)})`).join(', ')}.</p>` : null}`;
    }),
  };
}
