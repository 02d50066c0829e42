import type { SettingsChanged, TaskSettings } from '@murmuration/api/settings';
import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { Confirmation } from '../controls/action.tsx';
import { Failure } from '../loading/loading.tsx';
import { asRefusal, type Refusal } from '../requests/refusal.ts';
import {
  changesOf,
  type FieldKind,
  fields,
  problemOf,
  type SectionName,
  type Texts,
  textsOf,
} from './fields.ts';
import { SettingField } from './setting-field.tsx';
import { problemInWords, words } from './words.ts';

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
  /** What is wrong, by the paths of fields. */
  const problems = useSignal<Readonly<Record<string, string>>>({});
  const proposal = useSignal<SettingsChanged | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const after = { ...before, ...typed.value };
  const changes = changesOf(before, after);
  const isChanged = Object.keys(changes).length > 0;
  const wrong = Object.keys(problems.value).length;
  const path = `tasks/${task}/settings`;

  const check = async () => {
    refusal.value = null;
    if (show(problemsIn(after, before))) return;
    try {
      proposal.value = await requests.send<SettingsChanged>('PUT', path, { settings: changes, dryRun: true });
    } catch (error) {
      const { fields: wrong } = asRefusal(error);
      const named = wrong.map(({ field, message }) => [fieldAt(field), problemInWords(message)] as const);
      // What no field shows is said below the form.
      if (!show(Object.fromEntries(named.filter(([field]) => field !== undefined))))
        refusal.value = asRefusal(error);
    }
  };
  const show = (found: Readonly<Record<string, string>>): boolean => {
    problems.value = found;
    const [name] = Object.keys(found);
    const first = name === undefined ? undefined : form.current?.elements.namedItem(name);
    if (first instanceof HTMLElement) first.focus();
    return name !== undefined;
  };
  const apply = async () => {
    await requests.send('PUT', path, { settings: changes, ifPlanVersion: current.planVersion });
    typed.value = {};
  };
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
                if (section === 'cohort' && before[name] === undefined) return null;
                return (
                  <SettingField
                    key={name}
                    name={name}
                    kind={kind}
                    text={after[name] ?? ''}
                    isChanged={after[name] !== before[name]}
                    isDisabled={
                      section === 'masking' && field !== 'threat' && after['masking.threat'] === 'off'
                    }
                    problem={problems.value[name]}
                    change={text => {
                      typed.value = { ...typed.value, [name]: text };
                      const { [name]: _, ...others } = problems.value;
                      problems.value = others;
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
            {wrong > 0 ? words.fixFields(wrong) : isChanged ? words.unsaved : words.unchanged}
          </p>
          <button
            type="button"
            class="quiet-button"
            disabled={!isChanged}
            onClick={() => {
              typed.value = {};
              refusal.value = null;
              problems.value = {};
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

/** What is wrong with changed texts, before the coordinator is asked. */
function problemsIn(after: Texts, before: Texts): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [section, kinds] of Object.entries(fields)) {
    if (section === 'masking' && after['masking.threat'] === 'off') continue;
    for (const [field, { kind }] of Object.entries<FieldKind>(kinds)) {
      const name = `${section}.${field}`;
      const text = after[name];
      if (text === undefined || text === before[name]) continue;
      const problem = problemOf(kind, text);
      if (problem) found[name] = words.problems[problem];
    }
  }
  return found;
}

/** The field of the form that shows a setting, given the path that the coordinator names: of a section, its first one. */
function fieldAt(path: string): string | undefined {
  const [section = '', field] = path.split('.');
  if (!(section in fields)) return undefined;
  const names = Object.keys(fields[section as SectionName]);
  return `${section}.${field !== undefined && names.includes(field) ? field : names[0]}`;
}
