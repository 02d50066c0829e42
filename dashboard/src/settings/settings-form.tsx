import type { SettingsChanged, TaskSettings } from '@murmuration/api/settings';
import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { Confirmation } from '../controls/action.tsx';
import { Failure } from '../loading/loading.tsx';
import { asRefusal, type Refusal } from '../requests/refusal.ts';
import { changesOf, type FieldKind, fields, type SectionName, type Texts, textsOf } from './fields.ts';
import { SettingField } from './setting-field.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly current: TaskSettings;
  readonly mayChange: boolean;
}

/** The settings as a form: checked by the coordinator, field by field, before anything is changed. */
export function SettingsForm({ task, current, mayChange }: Shown) {
  const { requests, session } = useDashboard();
  const before = useMemo(() => textsOf(current.settings), [current]);
  /** What was typed, over whatever the settings are. */
  const typed = useSignal<Texts>({});
  const refusal = useSignal<Refusal | null>(null);
  const proposal = useSignal<SettingsChanged | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const after = { ...before, ...typed.value };
  const changes = changesOf(before, after);
  const isChanged = Object.keys(changes).length > 0;
  const path = `tasks/${task}/settings`;

  const check = async () => {
    refusal.value = null;
    try {
      proposal.value = await requests.send<SettingsChanged>('PUT', path, { settings: changes, dryRun: true });
    } catch (error) {
      refusal.value = asRefusal(error);
      const first = form.current?.elements.namedItem(refusal.value.fields[0]?.field ?? '');
      if (first instanceof HTMLElement) first.focus();
    }
  };
  const apply = async () => {
    await requests.send('PUT', path, { settings: changes, ifPlanVersion: current.planVersion });
    typed.value = {};
  };
  const problemOf = (name: string) =>
    refusal.value?.fields.find(({ field }) => field === name || name.startsWith(`${field}.`))?.message;

  return (
    <form
      ref={form}
      class="settings"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (isChanged) check();
      }}
    >
      <div class="sections">
        {(Object.keys(fields) as SectionName[]).map(section => (
          <fieldset key={section} class="card" disabled={!mayChange}>
            <legend>{words.sections[section].title}</legend>
            <p class="muted">{words.sections[section].text}</p>
            <div class="grid">
              {Object.entries<FieldKind>(fields[section]).map(([field, kind]) => {
                const name = `${section}.${field}`;
                return (
                  <SettingField
                    key={name}
                    name={name}
                    kind={kind}
                    text={after[name]!}
                    isChanged={after[name] !== before[name]}
                    isDisabled={
                      section === 'masking' && field !== 'threat' && after['masking.threat'] === 'off'
                    }
                    problem={problemOf(name)}
                    change={text => {
                      typed.value = { ...typed.value, [name]: text };
                    }}
                  />
                );
              })}
            </div>
          </fieldset>
        ))}
      </div>
      {refusal.value && <Failure refusal={refusal.value} />}
      {mayChange && (
        <div class="save-bar">
          <p class="muted" role="status">
            {isChanged ? words.unsaved : words.unchanged}
          </p>
          <button
            type="button"
            class="quiet-button"
            disabled={!isChanged}
            onClick={() => {
              typed.value = {};
              refusal.value = null;
            }}
          >
            {words.discard}
          </button>
          <button type="submit" class="main-button" disabled={!isChanged}>
            {words.review}
          </button>
        </div>
      )}
      {proposal.value && (
        <Confirmation
          title={words.confirmTitle}
          consequences={[
            ...proposal.value.changes.map(({ field, from, to }) => words.change(field, from, to)),
            ...proposal.value.weakens.map(({ field, means }) => words.weakens(field, means)),
            ...(proposal.value.weakens.length > 0
              ? [session.may('admin') ? words.isTold : words.takesAdmin]
              : []),
            words.consequence(proposal.value.task.planVersion),
          ]}
          confirm={words.apply}
          done={words.applied}
          isDanger={proposal.value.weakens.length > 0}
          run={apply}
          close={() => {
            proposal.value = null;
          }}
        />
      )}
    </form>
  );
}
