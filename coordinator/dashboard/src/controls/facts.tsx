import type { ComponentChildren } from 'preact';

interface Shown {
  readonly kind: 'list' | 'facts' | 'facts quiet' | 'explained';
  /** Terms with their values; what is false or null is left out. */
  readonly of: readonly (readonly [term: ComponentChildren, ...values: ComponentChildren[]] | false | null)[];
}

/** List of terms with their values. */
export function Facts({ kind, of }: Shown) {
  return (
    <dl class={kind}>
      {of.map(
        (fact, i) =>
          fact && (
            <div key={i}>
              <dt>{fact[0]}</dt>
              {fact.slice(1).map((value, j) => (
                <dd key={j}>{value}</dd>
              ))}
            </div>
          ),
      )}
    </dl>
  );
}

/** Term with its value beside it, whose meaning follows. */
export const named = (term: string, value: string) => (
  <>
    {term} <strong>{value}</strong>
  </>
);
