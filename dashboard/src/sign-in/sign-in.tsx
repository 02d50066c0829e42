import { Mark } from '@murmuration/ui/icons/icons';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Failure } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Where an operator says who they are. */
export function SignIn() {
  const { session } = useDashboard();
  const token = useSignal('');
  const isBusy = useSignal(false);
  const refusal = session.refusal.value;
  const signIn = async () => {
    isBusy.value = true;
    await session.signIn(token.value.trim());
    isBusy.value = false;
  };
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={event => {
          event.preventDefault();
          signIn();
        }}
      >
        <Mark />
        <h1>{words.heading}</h1>
        <p class="muted">{words.text}</p>
        <label class="field">
          <span>{words.token}</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            spellcheck={false}
            value={token.value}
            onInput={({ currentTarget }) => {
              token.value = currentTarget.value;
            }}
          />
        </label>
        {refusal && <Failure refusal={refusal} />}
        <button type="submit" class="main-button" disabled={isBusy.value || token.value.trim() === ''}>
          {words.submit}
        </button>
        <details>
          <summary>{words.noToken}</summary>
          <p class="muted">{words.howTo}</p>
          <code class="command">{words.command}</code>
        </details>
      </form>
    </main>
  );
}
