import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { strings } from '../strings/strings.ts';
import type { Choice, Forgotten } from './choice.ts';

interface Shown {
  readonly choice: Choice;
  /** Clears all data. */
  forget(): Promise<Forgotten>;
}

/** Panel with the person's choices: take part, pause, clear everything. */
export function ChoicePanel({ choice, forget }: Shown) {
  const { consent } = strings;
  const isPaused = choice.paused.value;
  return (
    <section class="panel choice" aria-labelledby="choice-heading">
      <h2 id="choice-heading">{consent.heading}</h2>
      <div class="setting">
        <label for="consent">{consent.agree}</label>
        <input
          id="consent"
          class="toggle"
          type="checkbox"
          role="switch"
          aria-checked={choice.consent.value}
          aria-describedby="consent-hint"
          checked={choice.consent.value}
          onChange={event => choice.agree(event.currentTarget.checked)}
        />
        <p id="consent-hint" class="muted">
          {consent.agreeHint}
        </p>
        <details class="muted">
          <summary>{consent.totals}</summary>
          {consent.totalsText}
        </details>
      </div>
      <div class="setting">
        <span id="pause-hint" class="muted">
          {consent.pauseHint}
        </span>
        <button
          type="button"
          class="quiet-button"
          aria-describedby="pause-hint"
          disabled={!choice.consent.value}
          onClick={() => choice.pause(!isPaused)}
        >
          {isPaused ? consent.resume : consent.pause}
        </button>
      </div>
      <ForgetButton forget={forget} />
    </section>
  );
}

/** Button that erases everything, once the person has confirmed. */
function ForgetButton({ forget }: Pick<Shown, 'forget'>) {
  const { consent } = strings;
  const dialog = useRef<HTMLDialogElement>(null);
  const forgotten = useSignal<Forgotten | null>(null);
  const confirm = async () => {
    dialog.current?.close();
    forgotten.value = await forget();
  };
  return (
    <div class="setting">
      <span id="forget-hint" class="muted">
        {consent.forgetHint}
      </span>
      <button
        type="button"
        class="quiet-button danger"
        aria-describedby="forget-hint"
        onClick={() => {
          forgotten.value = null;
          dialog.current?.showModal();
        }}
      >
        {consent.forget}
      </button>
      <p class="muted" role="status">
        {forgotten.value ? consent.forgotten[forgotten.value] : ''}
      </p>
      <dialog ref={dialog} aria-labelledby="forget-title" aria-describedby="forget-text">
        <h2 id="forget-title">{consent.confirm}</h2>
        <p id="forget-text">{consent.confirmText}</p>
        <div class="answers">
          <button type="button" class="quiet-button" onClick={() => dialog.current?.close()}>
            {consent.confirmNo}
          </button>
          <button type="button" class="main-button danger" onClick={() => void confirm()}>
            {consent.confirmYes}
          </button>
        </div>
      </dialog>
    </div>
  );
}
