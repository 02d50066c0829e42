import type { FiguresMessage } from '@murmuration/api/query';
import { percent } from '../format/format.ts';
import { words } from './words.ts';

type OutcomesFigures = Extract<FiguresMessage, { readonly kind: 'outcomes' }>;

interface Shown {
  readonly query: string;
  readonly figures: OutcomesFigures;
}

/** Outcomes of predictions, version by version: a bar for each outcome, with its interval. */
export function Outcomes({ query, figures: { versions } }: Shown) {
  const told = versions.filter(({ devices }) => devices > 0);
  if (told.length === 0) return <p class="hint">{words.few}</p>;
  return (
    <figure class="ranking outcomes" aria-label={words.outcomes(query)}>
      <figcaption class="muted">{words.outcomesOf}</figcaption>
      {told.map(version => (
        <VersionOutcomes key={version.model} version={version} />
      ))}
    </figure>
  );
}

/** Outcomes of predictions of the version that an arm serves: shares per device, averaged over devices. */
export function ArmOutcomes({
  query,
  figures,
}: Pick<Shown, 'query'> & { readonly figures: Extract<FiguresMessage, { readonly kind: 'arm' }> }) {
  const outcomes = figures.outcomes.map(({ outcome, count, rate }) => ({ outcome, count, share: rate }));
  return (
    <figure class="ranking outcomes" aria-label={words.outcomes(query)}>
      <figcaption class="muted">{words.armOf}</figcaption>
      <VersionOutcomes version={{ ...figures, outcomes }} />
    </figure>
  );
}

/** Outcomes of one version, with the number of devices that reported them. */
export function VersionOutcomes({ version }: { readonly version: OutcomesFigures['versions'][number] }) {
  const share = (value: number) => `${100 * value}%`;
  return (
    <div>
      <p>
        <strong>{words.version(version)}</strong>{' '}
        <span class="muted">
          {words.told(version)}
          {version.predictions === null && `: ${words.few}`}
        </span>
      </p>
      <ol>
        {version.outcomes.map(({ outcome, share: { value, low, high } }) => (
          <li key={outcome}>
            <span class="item">{outcome}</span>
            <span class="bars" aria-hidden="true">
              <span class="bar" style={{ inlineSize: share(value) }} />
              <span class="whisker" style={{ insetInlineStart: share(low), inlineSize: share(high - low) }} />
            </span>
            <span class="amount">
              {percent(value)}
              <span class="reason">{words.range({ low, high }, end => percent(end))}</span>
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
