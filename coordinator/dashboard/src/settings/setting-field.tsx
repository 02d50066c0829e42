import { useId } from 'preact/hooks';
import type { FieldKind } from './fields.ts';
import { words } from './words.ts';

interface Shown {
  /** Path of the setting, such as `cohort.goal`. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly text: string;
  readonly isChanged: boolean;
  readonly isDisabled: boolean;
  /** Problem of the value, if there is one. */
  readonly problem: string | undefined;
  readonly change: (text: string) => void;
}

/** Field of a setting, with its meaning and its problem. */
export function SettingField({ name, kind, text, isChanged, isDisabled, problem, change }: Shown) {
  const [field, hint, wrong] = [useId(), useId(), useId()];
  const [label, meaning] = words.fields[name] ?? [name, ''];
  const common = {
    id: field,
    name,
    disabled: isDisabled,
    'aria-describedby': problem ? `${wrong} ${hint}` : hint,
    'aria-invalid': problem !== undefined,
  };
  return (
    <div class={`field ${isChanged ? 'changed' : ''} ${problem ? 'wrong' : ''}`}>
      <label for={field}>{label}</label>
      {kind.kind === 'choice' ? (
        <select {...common} value={text} onChange={({ currentTarget }) => change(currentTarget.value)}>
          {text === '' && <option value="">–</option>}
          {kind.of.map(each => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          type="text"
          inputMode={kind.kind === 'integer' ? 'numeric' : kind.kind === 'number' ? 'decimal' : 'text'}
          value={text}
          autocomplete="off"
          onInput={({ currentTarget }) => change(currentTarget.value)}
        />
      )}
      {problem && (
        <p id={wrong} class="problem">
          {problem}
        </p>
      )}
      <small id={hint}>{meaning}</small>
    </div>
  );
}
