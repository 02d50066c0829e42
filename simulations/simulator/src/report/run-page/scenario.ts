import { type Content, html } from '@murmuration/monitoring/page/markup';
import type { Run } from '../../run-events/run.ts';
import { tableMarkup } from '../figure.ts';
import { flatSettings } from '../flat-settings.ts';
import { quantity } from '../quantities.ts';
import { nothing, type Section } from '../section.ts';

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
    ['begun', `${new Date(begun.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`],
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
    before: null,
    figures: [],
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
