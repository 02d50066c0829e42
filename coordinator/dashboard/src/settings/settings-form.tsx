import type { AuditEntryMessage } from '@murmuration/api/audit';
import type { SettingsChanged, TaskSettings } from '@murmuration/api/settings';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useChoice, useDashboard } from '../context/dashboard.ts';
import { Confirmation } from '../controls/action.tsx';
import { Form, ProblemSummary } from '../controls/form.tsx';
import { focusFirst, focusOn, type Problems } from '../controls/problems.ts';
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
import { takenBack } from './undo.ts';
import { problemInWords, words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly current: TaskSettings;
  readonly mayChange: boolean;
}

/** Change that is checked and waits for a confirmation. */
interface Checked extends SettingsChanged {
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Form of the settings. The coordinator checks all fields before anything is changed. */
export function SettingsForm({ task, current, mayChange }: Shown) {
  const { requests } = useDashboard();
  const before = useMemo(() => textsOf(current.settings), [current]);
  /** Typed texts, which replace those of the settings. */
  const typed = useSignal<FormTexts>({});
  const refusal = useSignal<ApiRefusal | null>(null);
  const problems = useSignal<Problems>({});
  const proposal = useSignal<Checked | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const after = { ...before, ...typed.value };
  const changes = changesOf(before, after);
  const isChanged = Object.keys(changes).length > 0;
  const path = `tasks/${task}/settings`;
  const form = () => frame.current?.closest('form') ?? null;

  /** Shows all problems at once: those found here, and those that the coordinator finds. */
  const check = async (settings: Checked['settings'], found: Problems) => {
    refusal.value = null;
    problems.value = found;
    try {
      const answer = await requests.send<SettingsChanged>('PUT', path, { settings, dryRun: true });
      if (Object.keys(found).length === 0) proposal.value = { ...answer, settings };
    } catch (error) {
      const told = asRefusal(error).fields.map(
        ({ field, message }) => [fieldAt(field), problemInWords(message)] as const,
      );
      problems.value = { ...Object.fromEntries(told.filter(([field]) => field !== undefined)), ...found };
      // Errors that belong to no field appear below the form.
      if (Object.keys(problems.value).length === 0) refusal.value = asRefusal(error);
    }
    focusFirst(form(), problems.value);
  };
  useUndo(task, mayChange, settings => check(settings, {}));
  const field = useChoice('field').value;
  useEffect(() => focusOn(form(), field), [field]);
  return (
    <Form
      kind="settings"
      problems={problems}
      submit={() => isChanged && check(changes, problemsIn(after, before))}
    >
      <div ref={frame} class="sections">
        {(Object.keys(fields) as SectionName[]).map(section => (
          <Section
            key={section}
            section={section}
            texts={{ before, after }}
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
        <div class="save-bar">
          <ProblemSummary>
            <span class="muted">{isChanged ? words.unsaved : words.unchanged}</span>
          </ProblemSummary>
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
        <Proposal
          proposal={proposal.value}
          apply={async ({ settings }) => {
            await requests.send('PUT', path, { settings, ifPlanVersion: current.planVersion });
            typed.value = {};
          }}
          close={() => {
            proposal.value = null;
          }}
        />
      )}
    </Form>
  );
}

/** Reviews the change that the address wants undone, as if it had been typed. */
function useUndo(task: string, mayChange: boolean, review: (settings: Checked['settings']) => unknown): void {
  const { requests, notice } = useDashboard();
  const undo = useChoice('undo');
  const number = undo.value;
  useEffect(() => {
    if (!/^\d{1,15}$/.test(number) || !mayChange) return;
    undo.choose('');
    requests
      .get<{ entries: readonly AuditEntryMessage[] }>(`audit?limit=1&before=${Number(number) + 1}`)
      .then(({ entries: [entry] }) => {
        const isIt = entry?.number === Number(number) && entry.action === 'task.settings';
        if (isIt && entry.subject === task && entry.changes) review(takenBack(entry.changes));
        else notice.say(words.noSuchChange);
      })
      .catch(error => notice.say(asRefusal(error).message));
  }, [number]);
}

interface SectionProps {
  readonly section: SectionName;
  readonly texts: { readonly before: FormTexts; readonly after: FormTexts };
  readonly isDisabled: boolean;
  readonly change: (name: string, text: string) => void;
}

function Section({ section, texts: { before, after }, isDisabled, change }: SectionProps) {
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
              change={text => change(name, text)}
            />
          );
        })}
      </div>
    </fieldset>
  );
}

interface ProposalProps {
  readonly proposal: Checked;
  readonly apply: (proposal: Checked) => Promise<void>;
  readonly close: () => void;
}

/** Dialog that confirms the changes and their consequences. */
function Proposal({ proposal, apply, close }: ProposalProps) {
  const { session, notice } = useDashboard();
  const { changes, weakens, task } = proposal;
  useEffect(() => {
    if (changes.length > 0) return;
    notice.say(words.isUndone);
    close();
  }, []);
  if (changes.length === 0) return null;
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
      run={() => apply(proposal)}
      close={close}
    />
  );
}

/** Problems of changed texts that are found without the coordinator. */
function problemsIn(after: FormTexts, before: FormTexts): Problems {
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
