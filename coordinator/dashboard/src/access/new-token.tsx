import { usesByDefault } from '@murmuration/api/enrolment';
import { roles } from '@murmuration/api/role';
import { Dialog } from '@murmuration/ui/controls/dialog';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { Field, Form, ProblemSummary } from '../controls/form.tsx';
import { Select } from '../controls/select.tsx';
import { terms } from '../format/terms.ts';
import { Failure } from '../loading/loading.tsx';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import type { TokenKind } from './tokens.ts';
import { words } from './words.ts';

interface Shown {
  readonly kind: TokenKind;
  readonly made: () => void;
}

/** Rights that a program may have in addition to predictions. */
const furtherRights = ['manage', 'feedback', 'monitor', 'read'] as const;

/** Button that creates a token and shows its text once. */
export function NewToken({ kind, made }: Shown) {
  const isOpen = useSignal(false);
  const text = useSignal<string | null>(null);
  const kindWords = words.made[kind];
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
        {kindWords.label}
      </button>
      {isOpen.value && (
        <Dialog title={kindWords.label} close={close}>
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
  const refusal = useSignal<ApiRefusal | null>(null);
  const make = async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const until = String(fields.get('until'));
    const common = {
      name: String(fields.get('name')).trim(),
      expiresAt: until ? new Date(until).toISOString() : null,
    };
    const uses = String(fields.get('uses') ?? '');
    const models = String(fields.get('models') ?? '')
      .split(',')
      .map(name => name.trim())
      .filter(name => name !== '');
    const perDay = String(fields.get('perDay') ?? '');
    const body = {
      ...common,
      ...(kind === 'enrolment' && { maxUses: uses === '' ? null : Number(uses) }),
      ...(kind === 'operator' && { role: String(fields.get('role')) }),
      ...(kind === 'inference' && {
        rights: ['predict', ...furtherRights.filter(right => fields.get(right) !== null)],
        models: models.length > 0 ? models : null,
        quota: perDay === '' ? null : { requests: Number(perDay), hours: 24 },
      }),
    };
    try {
      const answer = await requests.send<{ text: string }>('POST', `${kind}-tokens`, body);
      made(answer.text);
    } catch (error) {
      refusal.value = asRefusal(error);
    }
  };
  return (
    <Form kind="form" submit={make}>
      <Field name="name" label={words.made.name} hint={words.made[kind].nameHint}>
        {field => <input {...field} type="text" required maxLength={100} autocomplete="off" />}
      </Field>
      {kind === 'inference' && (
        <>
          {furtherRights.map(right => (
            <label key={right} class="choice">
              <input type="checkbox" name={right} />
              <span>{words.made.rights[right]}</span>
            </label>
          ))}
          <Field name="models" label={words.made.models} hint={words.made.modelsHint}>
            {field => <input {...field} type="text" autocomplete="off" />}
          </Field>
          <Field name="perDay" label={words.made.perDay} hint={words.made.perDayHint}>
            {field => <input {...field} type="number" min={1} step={1} />}
          </Field>
        </>
      )}
      {kind === 'enrolment' && (
        <Field name="uses" label={words.made.uses} hint={words.made.usesHint}>
          {field => <input {...field} type="number" min={1} step={1} defaultValue={usesByDefault} />}
        </Field>
      )}
      {kind === 'operator' && (
        <Field name="role" label={words.made.role}>
          {field => (
            <Select
              {...field}
              of={roles.map(role => [role, `${terms.roles[role]}: ${terms.roleTexts[role]}`])}
            />
          )}
        </Field>
      )}
      <Field name="until" label={words.made.until} hint={words.made.untilHint}>
        {field => <input {...field} type="datetime-local" />}
      </Field>
      <ProblemSummary />
      {refusal.value && <Failure refusal={refusal.value} />}
      <div class="choices">
        <button type="submit" class="main-button">
          {words.made.make}
        </button>
      </div>
    </Form>
  );
}

function Secret({ text, close }: { readonly text: string; readonly close: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const { notice } = useDashboard();
  const copy = async () => {
    field.current!.select();
    await navigator.clipboard?.writeText(text).then(
      () => notice.say(words.made.copied),
      () => {},
    );
  };
  return (
    <div class="form">
      <p>{words.made.once}</p>
      <label class="field">
        <span>{words.made.token}</span>
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
          {words.made.copy}
        </button>
        <button type="button" class="main-button" onClick={close}>
          {words.made.done}
        </button>
      </div>
    </div>
  );
}
