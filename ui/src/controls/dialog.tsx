import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { CloseIcon } from '../icons/icons.tsx';
import { words } from './words.ts';

interface Shown {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** Dialog over the page, which keeps the focus until it is closed, by its button or by Esc. */
export function Dialog({ title, close, children }: Shown) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={heading} onClose={close}>
      <header>
        <h2 id={heading}>{title}</h2>
        <button
          type="button"
          class="round-button"
          aria-label={words.close}
          onClick={() => dialog.current?.close()}
        >
          <CloseIcon />
        </button>
      </header>
      {children}
    </dialog>
  );
}
