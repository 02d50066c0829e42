import type { JSX } from 'preact';

interface Shown extends Omit<JSX.IntrinsicElements['select'], 'onChange' | 'role' | 'size' | 'multiple'> {
  /** Values with their texts. */
  readonly of: readonly (readonly [value: string | number, text: string])[];
  readonly choose?: (value: string) => void;
}

/** Field to choose one of several values. */
export function Select({ of, choose, ...attributes }: Shown) {
  return (
    <select {...attributes} onChange={({ currentTarget }) => choose?.(currentTarget.value)}>
      {of.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** The same with its label. */
export function Choice({
  label,
  kind = 'choice',
  ...rest
}: Shown & { readonly label: string; readonly kind?: string }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: The field is in it.
    <label class={kind}>
      <span>{label}</span>
      <Select {...rest} />
    </label>
  );
}
