import type { ReportContent, Tile } from '@murmuration/monitoring/kit/document';
import { type Content, html } from '@murmuration/monitoring/kit/markup';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';
import { bestOf, descriptionOf, heldOutCurve, heldOutMetrics, overPhases, simulatedTime } from '../curves.ts';

/** Returns the head of the page: subject, ending and main figures of the run. */
export function overview(run: Run): Pick<ReportContent, 'kind' | 'heading' | 'about' | 'tiles'> {
  const { begun } = run;
  return {
    kind: `Simulation run, seed ${begun.seed}${begun.earlier ? `, going on with round ${begun.earlier + 1} of a checkpoint` : ''}`,
    heading: html`${begun.scenario}${begun.label ? html` <small>${begun.label}</small>` : null}`,
    about: html`<p class="shows">${begun.shows}</p>
${begun.notes ? html`<p class="notes">${begun.notes}</p>` : null}
${ending(run)}`,
    tiles: [...learned(run), ...spent(run)].map(each => ({ ...each, value: withUnit(each.value) })),
  };
}

type TextTile = Tile & { readonly value: string };

/** Renders how the run ended, and why. */
function ending({ ended, rounds }: Run): Content {
  const [state, word, why] = !ended
    ? ['open', 'Under way', `${quantity(rounds.length, 'count')} rounds so far, unless it was killed`]
    : ended.outcome === 'finished'
      ? ['good', 'Finished', ended.reason]
      : ended.outcome === 'stopped'
        ? ['open', 'Stopped', ended.reason]
        : ['bad', 'Failed', ended.reason];
  return html`<p class="ending"><span class="state ${state}">${word}</span> ${why}</p>`;
}

function learned(run: Run): TextTile[] {
  return heldOutMetrics(run).map(metric => {
    const { unit, better } = descriptionOf(run, metric);
    const curve = heldOutCurve(run.rounds, metric);
    const best = bestOf(curve, better);
    return {
      name: metric,
      value: quantity(curve.value.at(-1), unit),
      beside: best ? `best ${quantity(best.value, unit)}, round ${best.round}` : 'never measured',
    };
  });
}

function spent({ begun, rounds, ended }: Run): TextTile[] {
  const total = (of: (round: Run['rounds'][number]) => number) =>
    rounds.reduce((sum, round) => sum + of(round), 0);
  const failed = total(({ outcome }) => (outcome === 'failed' ? 1 : 0));
  const up = total(round => overPhases(round, phase => phase.up));
  const down = total(round => overPhases(round, phase => phase.down));
  const virtual = simulatedTime(rounds);
  const wall = ended?.seconds ?? total(({ wallSeconds }) => wallSeconds);
  return [
    {
      name: 'rounds',
      value: quantity(rounds.length, 'count'),
      beside: failed > 0 ? `${quantity(failed, 'count')} failed` : 'none failed',
    },
    {
      name: 'devices',
      value: quantity(begun.clients, 'count'),
      beside:
        rounds.length > 0
          ? `${(total(({ tally }) => tally.accepted) / rounds.length).toFixed(1)} counted a round`
          : 'no round yet',
    },
    {
      name: 'traffic',
      value: quantity(up + down, 'bytes'),
      beside: `${quantity(up, 'bytes')} up, ${quantity(down, 'bytes')} down`,
    },
    {
      name: 'simulated time',
      value: quantity(virtual, 'ms'),
      beside: `${quantity(1_000 * wall, 'ms')} on this machine`,
    },
    ...ofParts(ended?.costs),
  ];
}

/** Returns the tile of the costs of a device's part in a round. */
function ofParts(costs: NonNullable<Run['ended']>['costs']): TextTile[] {
  if (!costs) return [];
  const { bytesDown, bytesUp, seconds, joules } = costs;
  const energy = joules.mean.toPrecision(2);
  return [
    {
      name: 'energy of a part',
      value: `${Number(energy)} J`,
      beside: `an estimate for a device and a round: ${quantity(bytesUp.mean, 'bytes')} up, ${quantity(bytesDown.mean, 'bytes')} down, ${quantity(1_000 * seconds.mean, 'ms')} of work`,
    },
  ];
}

/** Renders a quantity with its unit in smaller letters. */
function withUnit(value: string): Content {
  const space = value.indexOf(' ');
  return space < 0 ? value : html`${value.slice(0, space)} <small>${value.slice(space + 1)}</small>`;
}
