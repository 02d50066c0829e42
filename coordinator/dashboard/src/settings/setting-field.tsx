import { Field } from '../controls/form.tsx';
import { Select } from '../controls/select.tsx';
import type { FieldKind } from './fields.ts';
import { words } from './words.ts';

interface Shown {
  /** Path of the setting, such as `cohort.goal`. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly text: string;
  readonly isChanged: boolean;
  readonly isDisabled: boolean;
  readonly change: (text: string) => void;
}

/** Field of a setting, with its meaning and its problem. */
export function SettingField({ name, kind, text, isChanged, isDisabled, change }: Shown) {
  const [label, meaning] = words.fields[name] ?? [name, ''];
  return (
    <Field name={name} label={label} hint={meaning} kind={isChanged ? 'changed' : ''}>
      {attributes =>
        kind.kind === 'choice' ? (
          <Select
            {...attributes}
            disabled={isDisabled}
            value={text}
            of={[
              ...(text === '' ? ([['', '–']] as const) : []),
              ...kind.of.map(each => [each, each] as const),
            ]}
            choose={change}
          />
        ) : (
          <input
            {...attributes}
            disabled={isDisabled}
            type="text"
            inputMode={kind.kind === 'integer' ? 'numeric' : kind.kind === 'number' ? 'decimal' : 'text'}
            value={text}
            autocomplete="off"
            onInput={({ currentTarget }) => change(currentTarget.value)}
          />
        )
      }
    </Field>
  );
}
