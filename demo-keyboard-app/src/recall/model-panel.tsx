import type { ReadonlySignal } from '@preact/signals';
import { strings } from '../strings/strings.ts';
import { sources } from '../suggestions/next-words.ts';
import type { SuggestionBar } from '../suggestions/suggestion-bar.ts';
import type { MixtureShares } from './mixture.ts';
import type { RecallTally } from './tally.ts';

interface Shown {
  readonly suggestions: SuggestionBar;
  readonly recall: RecallTally;
  readonly mixture: ReadonlySignal<MixtureShares | null>;
  /** True while the device learns from the written text, outside rounds. */
  readonly isLearning: ReadonlySignal<boolean>;
}

/** Panel that switches between the models and shows their scores on the text written here. */
export function ModelPanel({ suggestions, recall, mixture, isLearning }: Shown) {
  const { words } = recall.tally.value;
  return (
    <section class="panel models" aria-labelledby="models-heading">
      <h2 id="models-heading">{strings.models.heading}</h2>
      <fieldset class="switch">
        <legend class="hidden">{strings.models.heading}</legend>
        {sources.map(source => (
          <label key={source} class={source}>
            <input
              type="radio"
              name="source"
              value={source}
              checked={suggestions.source.value === source}
              onChange={() => {
                suggestions.source.value = source;
              }}
            />
            <span>{strings.models.names[source]}</span>
          </label>
        ))}
      </fieldset>
      <p class="muted">{strings.models.about[suggestions.source.value]}.</p>
      {words === 0 ? <p class="hint">{strings.models.nothing}</p> : <RecallTable recall={recall} />}
      <p class="muted" aria-live="polite">
        {isLearning.value ? strings.models.learning : mixtureIn(mixture.value)}
      </p>
    </section>
  );
}

function mixtureIn(mixture: MixtureShares | null): string {
  const { lambda, common, questions } = mixture ?? { lambda: 0, common: 0, questions: 0 };
  if (lambda === 0) return common > 0 ? strings.models.commonOnly(common) : strings.models.lambdaNone;
  return strings.models.lambda(lambda, common, questions);
}

function RecallTable({ recall }: Pick<Shown, 'recall'>) {
  const { words, hits } = recall.tally.value;
  return (
    <>
      <table class="recall">
        <caption class="hidden">{strings.models.recallCaption}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">{strings.models.model}</span>
            </th>
            <th scope="col">{strings.models.top1}</th>
            <th scope="col">{strings.models.top3}</th>
          </tr>
        </thead>
        <tbody>
          {sources.map(source => (
            <tr key={source} class={source}>
              <th scope="row">{strings.models.names[source]}</th>
              {([hits[source].top1, hits[source].top3] as const).map((count, i) => (
                <td key={i}>
                  <span class="share">{strings.models.share(count / words)}</span>
                  <Bar share={count / words} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">{strings.models.words(words)}</p>
    </>
  );
}

/** Bar beside a number, for the eye only. */
function Bar({ share }: { readonly share: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" width="100" height="4" rx="2" />
      <rect class="value" width={100 * share} height="4" rx="2" />
    </svg>
  );
}
