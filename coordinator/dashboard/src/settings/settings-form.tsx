import type { SettingsChanged, TaskSettings } from '@murmuration/api/settings';
import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { Confirmation } from '../controls/action.tsx';
import { Failure } from '../loading/loading.tsx';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import {
  changesOf,
  type FieldKind,
  type FormTexts,
  fields,
  problemOf,
  type SectionName,
  textsOf,
} from './fields.ts';
import { SettingField } from './setting-field.tsx';
import { problemInWords, words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly current: TaskSettings;
  readonly mayChange: boolean;
}

/** Form of the settings. The coordinator checks all fields before anything is changed. */
export function SettingsForm({ task, current, mayChange }: Shown) {
  const { requests } = useDashboard();
  const before = useMemo(() => textsOf(current.settings), [current]);
  /** Typed texts, which replace those of the settings. */
  const typed = useSignal<FormTexts>({});
  const refusal = useSignal<ApiRefusal | null>(null);
  /** Problems by the paths of fields. */
  const problems = useSignal<Readonly<Record<string, string>>>({});
  const proposal = useSignal<SettingsChanged | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const after = { ...before, ...typed.value };
  const changes = changesOf(before, after);
  const isChanged = Object.keys(changes).length > 0;
  const path = `tasks/${task}/settings`;

  const check = async () => {
    refusal.value = null;
    if (show(problemsIn(after, before))) return;
    try {
      proposal.value = await requests.send<SettingsChanged>('PUT', path, { settings: changes, dryRun: true });
    } catch (error) {
      const { fields: wrong } = asRefusal(error);
      const named = wrong.map(({ field, message }) => [fieldAt(field), problemInWords(message)] as const);
      // Errors that belong to no field appear below the form.
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
          <Section
            key={section}
            section={section}
            texts={{ before, after }}
            problems={problems.value}
            isDisabled={!mayChange}
            change={(name, text) => {
              typed.value = { ...typed.value, [name]: text };
              const { [name]: _, ...others } = problems.value;
              problems.value = others;
            }}
          />
        ))}
      </div>
      {refusal.value && <Failure refusal={refusal.value} />}
      {mayChange && (
        <SaveBar
          isChanged={isChanged}
          wrong={Object.keys(problems.value).length}
          discard={() => {
            typed.value = {};
            refusal.value = null;
            problems.value = {};
          }}
        />
      )}
      {proposal.value && (
        <Proposal
          proposal={proposal.value}
          apply={apply}
          close={() => {
            proposal.value = null;
          }}
        />
      )}
    </form>
  );
}

interface SectionProps {
  readonly section: SectionName;
  readonly texts: { readonly before: FormTexts; readonly after: FormTexts };
  /** Problems by the paths of fields. */
  readonly problems: Readonly<Record<string, string>>;
  readonly isDisabled: boolean;
  readonly change: (name: string, text: string) => void;
}

function Section({ section, texts: { before, after }, problems, isDisabled, change }: SectionProps) {
  return (
    <fieldset class="card" disabled={isDisabled}>
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
              isDisabled={section === 'masking' && field !== 'threat' && after['masking.threat'] === 'off'}
              problem={problems[name]}
              change={text => change(name, text)}
            />
          );
        })}
      </div>
    </fieldset>
  );
}

interface SaveBarProps {
  readonly isChanged: boolean;
  /** Number of fields with a problem. */
  readonly wrong: number;
  readonly discard: () => void;
}

function SaveBar({ isChanged, wrong, discard }: SaveBarProps) {
  return (
    <div class="save-bar">
      <p class="muted" role="status">
        {wrong > 0 ? words.fixFields(wrong) : isChanged ? words.unsaved : words.unchanged}
      </p>
      <button type="button" class="quiet-button" disabled={!isChanged} onClick={discard}>
        {words.discard}
      </button>
      <button type="submit" class="main-button" disabled={!isChanged}>
        {words.review}
      </button>
    </div>
  );
}

interface ProposalProps {
  readonly proposal: SettingsChanged;
  readonly apply: () => Promise<void>;
  readonly close: () => void;
}

/** Dialog that confirms the changes and their consequences. */
function Proposal({ proposal: { changes, weakens, task }, apply, close }: ProposalProps) {
  const { session } = useDashboard();
  return (
    <Confirmation
      title={words.confirmTitle}
      consequences={[
        ...changes.map(({ field, from, to }) => words.change(field, from, to)),
        ...weakens.map(({ field, means }) => words.weakens(field, means)),
        ...(weakens.length > 0 ? [session.may('admin') ? words.isTold : words.takesAdmin] : []),
        words.consequence(task.planVersion),
      ]}
      confirm={words.apply}
      done={words.applied}
      isDanger={weakens.length > 0}
      run={apply}
      close={close}
    />
  );
}

/** Problems of changed texts that are found without the coordinator. */
function problemsIn(after: FormTexts, before: FormTexts): Readonly<Record<string, string>> {
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

/** Field of the form for a path that the coordinator names; the first field for a section. */
function fieldAt(path: string): string | undefined {
  const [section = '', field] = path.split('.');
  if (!(section in fields)) return undefined;
  const names = Object.keys(fields[section as SectionName]);
  return `${section}.${field !== undefined && names.includes(field) ? field : names[0]}`;
}
