import { type DriftComparison, driftTests, type OwnDriftSettings } from '@murmuration/api/monitor';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Field, Form, ProblemSummary } from '../controls/form.tsx';
import { Select } from '../controls/select.tsx';
import { words } from './words.ts';

interface Shown {
  readonly configured: DriftComparison;
  readonly own: OwnDriftSettings;
  readonly save: (settings: OwnDriftSettings, done: string) => void;
}

const minute = 60_000;

/** Settings of the comparison of windows; empty fields are as in the configuration. */
export function ComparisonCard({ configured, own, save }: Shown) {
  const { session } = useDashboard();
  const isDisabled = !session.may('operator');
  const { every, atLeast, share, test, threshold, correction } = own;
  const texts = useSignal({
    every: every === undefined ? '' : String(every / minute),
    atLeast: atLeast === undefined ? '' : String(atLeast),
    share: share === undefined ? '' : String(share * 100),
    test: test ?? '',
    threshold: threshold == null ? '' : String(threshold),
    correction: correction ?? '',
  });
  const { fields, configured: shown } = words;
  const field = (name: keyof typeof texts.value) => ({
    ...fields[name],
    name,
    text: texts.value[name],
    isDisabled,
    change(text: string) {
      texts.value = { ...texts.value, [name]: text };
    },
  });
  return (
    <section class="card" aria-labelledby="comparison">
      <h2 id="comparison">{words.settings}</h2>
      <p class="muted">{words.settingsHint}</p>
      <Form kind="comparison" submit={() => save(settingsOf(texts.value, own), words.saved)}>
        <NumberField {...field('every')} configured={shown.every(configured)} />
        <NumberField {...field('atLeast')} configured={shown.atLeast(configured)} />
        <NumberField {...field('share')} configured={shown.share(configured)} />
        <ChoiceField
          {...field('test')}
          configured={words.tests[configured.test]}
          choices={driftTests.map(each => [each, words.tests[each]])}
        />
        <NumberField {...field('threshold')} configured={shown.threshold(configured)} />
        <ChoiceField
          {...field('correction')}
          configured={words.corrections[configured.correction]}
          choices={Object.entries(words.corrections)}
        />
        {!isDisabled && (
          <>
            <ProblemSummary />
            <button type="submit" class="main-button">
              {words.save}
            </button>
          </>
        )}
      </Form>
    </section>
  );
}

type Texts = Record<'every' | 'atLeast' | 'share' | 'test' | 'threshold' | 'correction', string>;

/** Settings of the form, plus those that it does not show. */
function settingsOf(texts: Texts, { features, expected }: OwnDriftSettings): OwnDriftSettings {
  const number = (text: string, scale = 1) => Number(text.replace(',', '.')) * scale;
  return {
    ...(features && { features }),
    ...(expected && { expected }),
    ...(texts.every !== '' && { every: Math.round(number(texts.every, minute)) }),
    ...(texts.atLeast !== '' && { atLeast: number(texts.atLeast) }),
    ...(texts.share !== '' && { share: number(texts.share, 0.01) }),
    ...(texts.test !== '' && { test: texts.test as DriftComparison['test'] }),
    ...(texts.threshold !== '' && { threshold: number(texts.threshold) }),
    ...(texts.correction !== '' && { correction: texts.correction as DriftComparison['correction'] }),
  };
}

interface OneField {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly text: string;
  readonly isDisabled: boolean;
  readonly configured: string;
  readonly change: (text: string) => void;
}

function NumberField({ name, label, hint, text, isDisabled, configured, change }: OneField) {
  return (
    <Field name={name} label={label} hint={hint}>
      {field => (
        <input
          {...field}
          type="text"
          inputMode="decimal"
          pattern="\s*\d+([.,]\d+)?\s*"
          autocomplete="off"
          value={text}
          placeholder={configured}
          disabled={isDisabled}
          onInput={({ currentTarget }) => change(currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface Choice extends OneField {
  readonly choices: readonly (readonly [value: string, label: string])[];
}

function ChoiceField({ name, label, hint, text, isDisabled, configured, choices, change }: Choice) {
  return (
    <Field name={name} label={label} hint={hint}>
      {field => (
        <Select
          {...field}
          value={text}
          disabled={isDisabled}
          of={[['', words.asConfigured(configured)], ...choices]}
          choose={change}
        />
      )}
    </Field>
  );
}
