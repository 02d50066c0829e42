import { nothing, type Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { type Content, html } from '@murmuration/monitoring/kit/markup';
import { quantity, type Unit } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';
import { bestOf, descriptionOf } from '../curves.ts';
import {
  heldOutCurves,
  learningChart,
  type NamedCurve,
  trainingCharts,
  trainingUnit,
} from '../learning-charts.ts';
import { publishedRows } from '../published.ts';

const titles: Readonly<Record<Unit, string>> = {
  share: 'On held-out data',
  nats: 'Loss on held-out data, in nats',
  number: 'Other figures on held-out data',
  count: 'Counts on held-out data',
  bytes: 'Bytes on held-out data',
  ms: 'Times on held-out data',
};

/** Renders the learning curves over rounds, traffic and time, with published results. */
export function learning(run: Run): Section {
  const heldOut = [...heldOutCurves(run)].map(([unit, curves], i) => ({
    id: `held-out-${i + 1}`,
    title: titles[unit],
    summary: curves.map(curve => told(run, curve)).join(' '),
    chart: learningChart(run, unit, curves),
  }));
  const training = trainingCharts(run).map(({ metric, curve, chart }, i) => {
    const { unit, better } = trainingUnit(run, metric);
    return {
      id: `training-${i + 1}`,
      title: `In training: ${metric}`,
      summary: `${describeCurve(curve, unit, better, 'On the devices, the mean')} Four in five contributors lie in the band.`,
      chart,
    };
  });
  const figures = [...heldOut, ...training];
  return {
    id: 'learning',
    title: 'Learning',
    before: figures.length > 0 ? abscissaChoice() : nothing('No round has measured anything yet.'),
    figures,
    after: published(run),
  };
}

/** Renders the choice of the horizontal axis. */
export function abscissaChoice(): Content {
  return html`<fieldset class="over"><legend>Over</legend>${[
    ['round', 'rounds'],
    ['bytes', 'traffic'],
    ['ms', 'simulated time'],
  ].map(
    ([value, name]) =>
      html`<label><input type="radio" name="over" value="${value!}"${value === 'round' ? html` checked` : null}><span>${name!}</span></label>`,
  )}</fieldset>`;
}

function told(run: Run, { metric, name, curve }: NamedCurve): string {
  const { unit, better } = descriptionOf(run, metric);
  return describeCurve(curve, unit, better, name);
}

/** Describes a curve in a sentence. */
export function describeCurve(
  curve: NamedCurve['curve'],
  unit: Unit,
  better: 'higher' | 'lower',
  name: string,
): string {
  const best = bestOf(curve, better)!;
  const [from, to] = [curve.value[0], curve.value.at(-1)];
  const last = curve.round.at(-1)!;
  if (curve.round.length === 1) return `${name} was ${quantity(from, unit)} in round ${last}.`;
  const end = `${name} went from ${quantity(from, unit)} in round ${curve.round[0]} to ${quantity(to, unit)} in round ${last}`;
  return best.round === last
    ? `${end}, its best.`
    : `${end}; it was best in round ${best.round}, at ${quantity(best.value, unit)}.`;
}

function published(run: Run): Content {
  const rows = publishedRows(run);
  if (rows.length === 0) return null;
  return html`<h3>Published figures</h3>${tableMarkup(
    'Published figures',
    ['Published by', 'Figure', 'Published', 'This run', 'Difference', 'Source'],
    rows,
  )}`;
}
