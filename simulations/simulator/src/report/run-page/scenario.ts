import { nothing, type Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { type Content, html } from '@murmuration/monitoring/kit/markup';
import { moment, quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';
import { flatSettings } from '../flat-settings.ts';

/** Renders all settings by section, and the versions needed to repeat the run. */
export function scenario({ begun, ended }: Run): Section {
  const bySection = new Map<string, [string, string][]>();
  for (const [path, value] of flatSettings(begun.settings)) {
    const dot = path.indexOf('.');
    const [section, name] = dot < 0 ? ['settings', path] : [path.slice(0, dot), path.slice(dot + 1)];
    bySection.set(section, [...(bySection.get(section) ?? []), [name, value]]);
  }
  const { versions } = begun;
  const origin: [string, Content][] = [
    ['seed', begun.seed],
    ['begun', moment(begun.startedAt)],
    ['Murmuration', versions.murmuration],
    ['Node', versions.node],
    ['engine', versions.engine],
    ['workers', begun.workers],
    ['transport', begun.transport],
    ['took', quantity(ended ? 1_000 * ended.seconds : null, 'ms')],
    ['SHA-256 of the weights', html`<code>${ended?.weightsSha256 ?? '–'}</code>`],
  ];
  return {
    id: 'scenario',
    title: 'The scenario',
    after: html`<div class="settings">${
      bySection.size > 0
        ? [...bySection].map(
            ([section, settings]) =>
              html`<div><h3>${section}</h3>${tableMarkup(`Settings: ${section}`, ['Setting', 'Value'], settings)}</div>`,
          )
        : nothing('The scenario has no settings.')
    }<div><h3>origin</h3>${tableMarkup('Origin of the run', ['What', 'Which'], origin)}</div></div>`,
  };
}
