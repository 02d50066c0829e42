import type { MonitoredModel } from '@murmuration/api/monitor';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { hourOrDay, moment, percent } from '../format/format.ts';
import { words } from './words.ts';

/** Chart of the share of drifted features by window, with the share from which the data counts as drifted. */
export function drifts({ windows, configured, own }: MonitoredModel): ChartContent {
  const inOrder = windows.toReversed();
  return {
    ...along(
      words.window,
      inOrder.map(({ to }) => to),
    ),
    title: words.drift,
    y: { label: words.shareAxis, format: value => percent(value, 0), fromZero: true },
    kind: 'lines',
    series: [
      { label: words.drift, colour: 'yours', values: inOrder.map(({ share }) => share) },
      { label: words.enough, colour: 'both', values: inOrder.map(() => own.share ?? configured.share) },
    ],
  };
}

/** Chart of the accuracy by hour, with its interval and the number of outcomes. */
export function accuracies({ accuracy }: Pick<MonitoredModel, 'accuracy'>): ChartContent {
  const { x } = along(
    words.hour,
    accuracy.map(({ from }) => from),
  );
  return {
    x,
    place(at) {
      const { from, outcomes } = accuracy[x.values.indexOf(at)]!;
      return words.ofHour(from, outcomes);
    },
    title: words.accuracy,
    y: { label: words.accuracyAxis, format: value => percent(value) },
    kind: 'lines',
    series: [
      { label: words.value, colour: 'shared', values: accuracy.map(({ value }) => value) },
      { label: words.lower, colour: 'both', values: accuracy.map(({ low }) => low) },
      { label: words.upper, colour: 'both', values: accuracy.map(({ high }) => high) },
    ],
  };
}

function along(label: string, instants: readonly string[]): Pick<ChartContent, 'x' | 'place'> {
  return {
    x: { label, values: instants.map(at => Date.parse(at) / 1_000), isTime: true, tick: hourOrDay },
    place: x => moment(new Date(x * 1_000).toISOString()),
  };
}
