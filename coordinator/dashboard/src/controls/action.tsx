import { Dialog } from '@murmuration/ui/controls/dialog';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useDashboard } from '../context/dashboard.ts';
import { Failure } from '../loading/loading.tsx';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import { words } from './words.ts';

interface Shown {
  /** Text of the button. */
  readonly label: string;
  readonly title: string;
  /** Consequences, a sentence each. */
  readonly consequences: readonly string[];
  readonly confirm: string;
  readonly isDanger?: boolean;
  readonly isMain?: boolean;
  readonly isDisabled?: boolean;
  /** Label of an optional reason, which is asked for. */
  readonly reason?: string;
  /** Notice once it is done. */
  readonly done: string;
  readonly run: (reason: string) => Promise<unknown>;
  readonly children?: ComponentChildren;
}

/** Button with a dialog that states the consequences; acts when confirmed. */
export function Action({ label, isDanger, isMain, isDisabled, children, ...rest }: Shown) {
  const isOpen = useSignal(false);
  return (
    <>
      <button
        type="button"
        class={`${isMain ? 'main-button' : 'quiet-button'} ${isDanger ? 'danger' : ''}`}
        disabled={isDisabled}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {children}
        {label}
      </button>
      {isOpen.value && (
        <Confirmation
          {...rest}
          isDanger={isDanger ?? false}
          close={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

type Asked = Pick<Shown, 'title' | 'consequences' | 'confirm' | 'reason' | 'done' | 'run'> & {
  readonly isDanger: boolean;
  readonly close: () => void;
};

/** Dialog that states the consequences and asks for confirmation. */
export function Confirmation({ title, consequences, confirm, reason, done, run, isDanger, close }: Asked) {
  const { notice } = useDashboard();
  const text = useSignal('');
  const isBusy = useSignal(false);
  const refusal = useSignal<ApiRefusal | null>(null);
  const act = async () => {
    isBusy.value = true;
    refusal.value = null;
    try {
      await run(text.value.trim());
      notice.say(done);
      close();
    } catch (error) {
      refusal.value = asRefusal(error);
    }
    isBusy.value = false;
  };
  return (
    <Dialog title={title} close={close}>
      <ul class="consequences">
        {consequences.map(each => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      {reason !== undefined && (
        <label class="field">
          <span>{reason}</span>
          <input
            type="text"
            maxLength={200}
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
            }}
          />
        </label>
      )}
      {refusal.value && <Failure refusal={refusal.value} />}
      <div class="choices">
        <button type="button" class="quiet-button" onClick={close}>
          {words.cancel}
        </button>
        <button
          type="button"
          class={`main-button ${isDanger ? 'danger' : ''}`}
          disabled={isBusy.value}
          onClick={act}
        >
          {confirm}
        </button>
      </div>
    </Dialog>
  );
}
