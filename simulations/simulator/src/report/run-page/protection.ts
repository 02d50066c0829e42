import type { Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { type Content, html } from '@murmuration/monitoring/kit/markup';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';

/** Renders how the updates were protected. */
export function protection({ begun }: Run): Section {
  const { masking } = begun.privacy;
  return {
    id: 'privacy',
    title: 'Privacy',
    before: html`<div class="words"><p>${masking ? 'Updates are masked: the coordinator learns their sum, and no single one.' : 'Updates are not masked: the coordinator sees each of them.'}</p>
<p>${noise(begun.settings['privacy'])}</p></div>`,
    after: masking ? parameters(masking) : null,
  };
}

/** Says who adds noise and what ε that holds, by the section `privacy` of a run's settings. */
function noise(settings: Run['begun']['settings'][string] | undefined): string {
  const { epsilon, delta, noise } = (settings ?? {}) as Readonly<Record<string, number | string | null>>;
  if (typeof epsilon !== 'number')
    return 'No noise is added to updates or models, so there is no differential privacy to account for: the models themselves may show what they were trained on.';
  const by = noise === 'skellam' || noise === 'discreteGaussian' ? 'Devices add' : 'The coordinator adds';
  return `${by} noise, so that all versions together tell at most ε = ${epsilon} of a device (δ = ${delta}, ${noise} noise).`;
}

function parameters(masking: NonNullable<Run['begun']['privacy']['masking']>): Content {
  const { threat, corrupt, dropping, graph, devices, neighbours, threshold, ringBits } = masking;
  return tableMarkup(
    'Masking in force',
    ['Masking in force', 'Value', 'Meaning'],
    [
      ['threat model', threat, 'what the coordinator may do'],
      ['corrupt devices', quantity(corrupt, 'share'), 'may work with the coordinator'],
      ['lost devices', quantity(dropping, 'share'), 'may go missing once the graph is drawn'],
      ['graph', graph === 'harary' ? 'sparse' : 'complete', `over ${quantity(devices, 'count')} devices`],
      ['neighbours', quantity(neighbours, 'count'), 'mask with each device and hold its shares'],
      ['threshold', quantity(threshold, 'count'), 'shares recover a secret'],
      ['ring', `${ringBits} bits`, 'of a masked value on the wire'],
    ],
  );
}
