import { roles } from '@murmuration/api/role';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useDashboard } from '../page/dashboard.ts';
import { Dialog } from '../page/dialog.tsx';
import { Failure } from '../requests/loading.tsx';
import { asRefusal, type Refusal } from '../requests/refusal.ts';
import { strings } from '../strings.ts';

interface Shown {
  readonly kind: 'enrolment' | 'operator';
  readonly made: () => void;
}

/** Makes a token, and shows its text this once. */
export function NewToken({ kind, made }: Shown) {
  const isOpen = useSignal(false);
  const text = useSignal<string | null>(null);
  const words = strings.newToken[kind];
  const close = () => {
    isOpen.value = false;
    text.value = null;
  };
  return (
    <>
      <button
        type="button"
        class="main-button"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {words.label}
      </button>
      {isOpen.value && (
        <Dialog title={words.label} close={close}>
          {text.value === null ? (
            <Terms
              kind={kind}
              made={secret => {
                text.value = secret;
                made();
              }}
            />
          ) : (
            <Secret text={text.value} close={close} />
          )}
        </Dialog>
      )}
    </>
  );
}

function Terms({ kind, made }: { readonly kind: Shown['kind']; readonly made: (text: string) => void }) {
  const { requests } = useDashboard();
  const form = useRef<HTMLFormElement>(null);
  const refusal = useSignal<Refusal | null>(null);
  const make = async () => {
    const fields = new FormData(form.current!);
    const until = String(fields.get('until'));
    const common = {
      name: String(fields.get('name')).trim(),
      expiresAt: until ? new Date(until).toISOString() : null,
    };
    const uses = String(fields.get('uses') ?? '');
    const body =
      kind === 'enrolment'
        ? { ...common, maxUses: uses === '' ? null : Number(uses) }
        : { ...common, role: String(fields.get('role')) };
    try {
      const answer = await requests.send<{ text: string }>('POST', `${kind}-tokens`, body);
      made(answer.text);
    } catch (error) {
      refusal.value = asRefusal(error);
    }
  };
  return (
    <form
      ref={form}
      class="form"
      onSubmit={event => {
        event.preventDefault();
        make();
      }}
    >
      <label class="field">
        <span>{strings.newToken.name}</span>
        <input type="text" name="name" required maxLength={100} autocomplete="off" />
        <small>{strings.newToken[kind].nameHint}</small>
      </label>
      {kind === 'enrolment' ? (
        <label class="field">
          <span>{strings.newToken.uses}</span>
          <input type="number" name="uses" min={1} step={1} defaultValue="1" />
          <small>{strings.newToken.usesHint}</small>
        </label>
      ) : (
        <label class="field">
          <span>{strings.newToken.role}</span>
          <select name="role">
            {roles.map(role => (
              <option key={role} value={role}>
                {strings.roles[role]}: {strings.roleTexts[role]}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="field">
        <span>{strings.newToken.until}</span>
        <input type="datetime-local" name="until" />
        <small>{strings.newToken.untilHint}</small>
      </label>
      {refusal.value && <Failure refusal={refusal.value} />}
      <div class="choices">
        <button type="submit" class="main-button">
          {strings.newToken.make}
        </button>
      </div>
    </form>
  );
}

function Secret({ text, close }: { readonly text: string; readonly close: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const { notice } = useDashboard();
  const copy = async () => {
    field.current!.select();
    await navigator.clipboard?.writeText(text).then(
      () => notice.say(strings.newToken.copied),
      () => {},
    );
  };
  return (
    <div class="form">
      <p>{strings.newToken.once}</p>
      <label class="field">
        <span>{strings.newToken.token}</span>
        <input
          ref={field}
          class="secret"
          type="text"
          readOnly
          value={text}
          onFocus={() => field.current!.select()}
        />
      </label>
      <div class="choices">
        <button type="button" class="quiet-button" onClick={copy}>
          {strings.newToken.copy}
        </button>
        <button type="button" class="main-button" onClick={close}>
          {strings.newToken.done}
        </button>
      </div>
    </div>
  );
}
