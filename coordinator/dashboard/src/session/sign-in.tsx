import { useSignal } from '@preact/signals';
import { useDashboard } from '../page/dashboard.ts';
import { Mark } from '../page/icons.tsx';
import { Failure } from '../requests/loading.tsx';
import { strings } from '../strings.ts';

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
        <h1>{strings.signIn.heading}</h1>
        <p class="muted">{strings.signIn.text}</p>
        <label class="field">
          <span>{strings.signIn.token}</span>
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
          {strings.signIn.submit}
        </button>
        <details>
          <summary>{strings.signIn.noToken}</summary>
          <p class="muted">{strings.signIn.howTo}</p>
          <code class="command">{strings.signIn.command}</code>
        </details>
      </form>
    </main>
  );
}
