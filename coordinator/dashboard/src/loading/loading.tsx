import type { ComponentChildren } from 'preact';
import type { ApiRefusal } from '../requests/refusal.ts';
import type { Loaded } from './loaded.ts';
import { words } from './words.ts';

interface Shown<Answer> {
  readonly of: Loaded<Answer>;
  readonly children: (answer: Answer) => ComponentChildren;
}

/** Shows a loaded answer; before that, that it loads, or why it failed and what to do. */
export function Loading<Answer>({ of, children }: Shown<Answer>) {
  const data = of.data.value;
  const refusal = of.refusal.value;
  return (
    <div class="loading" aria-busy={of.isBusy.value}>
      {refusal && <Failure refusal={refusal} retry={() => of.reload()} />}
      {data === undefined ? !refusal && <p class="placeholder">{words.loading}</p> : children(data)}
    </div>
  );
}

/** Error message with a button to try again. */
export function Failure({ refusal, retry }: { readonly refusal: ApiRefusal; readonly retry?: () => void }) {
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{words.failure(refusal.code)}</strong> {refusal.message}
      </p>
      {retry && (
        <button type="button" class="quiet-button" onClick={retry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}
