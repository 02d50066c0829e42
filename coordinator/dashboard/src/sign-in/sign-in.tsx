import { Dialog } from '@murmuration/ui/controls/dialog';
import { Mark } from '@murmuration/ui/icons/icons';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Failure } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Page on which an operator signs in. */
export function SignIn() {
  return (
    <main class="sign-in">
      <section class="card">
        <Mark />
        <h1>{words.heading}</h1>
        <p class="muted">{words.text}</p>
        <TokenForm />
        <details>
          <summary>{words.noToken}</summary>
          <p class="muted">{words.howTo}</p>
          <code class="command">{words.command}</code>
        </details>
      </section>
    </main>
  );
}

/** Dialog over the page on which a session has ended; signing in continues there. */
export function SignInAgain() {
  const { session } = useDashboard();
  return (
    <Dialog title={words.again} close={() => session.hasEnded.peek() && session.leave()}>
      <div class="form">
        <p class="muted">{words.againText}</p>
        <TokenForm />
      </div>
    </Dialog>
  );
}

function TokenForm() {
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
    <form
      class="form"
      onSubmit={event => {
        event.preventDefault();
        signIn();
      }}
    >
      <label class="field">
        <span>{words.token}</span>
        <input
          type="password"
          autocomplete="current-password"
          // biome-ignore lint/a11y/noAutofocus: It is all that this form asks for.
          autoFocus
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
    </form>
  );
}
