import { useSignal } from '@preact/signals';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useId, useRef } from 'preact/hooks';
import { words } from './words.ts';

/** Problems of a form's fields by their names. */
export type Problems = Readonly<Record<string, string>>;
const ProblemsContext = createContext<Problems>({});

interface Shown {
  readonly kind: string;
  readonly problems: Problems;
  readonly submit: (form: HTMLFormElement) => void;
  readonly children: ComponentChildren;
}

/** Form whose fields have their problems beside them. */
export function CheckedForm({ kind, problems, submit, children }: Shown) {
  return (
    <ProblemsContext.Provider value={problems}>
      <form
        class={kind}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        {children}
      </form>
    </ProblemsContext.Provider>
  );
}

/** Form that the browser checks, all fields at once; `submit` is called if none is wrong. */
export function Form({ submit, children, kind }: Omit<Shown, 'problems'>) {
  const problems = useSignal<Problems>({});
  return (
    <CheckedForm
      kind={kind}
      problems={problems.value}
      submit={form => {
        problems.value = problemsOf(form.elements as Iterable<unknown> as Iterable<HTMLInputElement>);
        if (!focusFirst(form, problems.value)) submit(form);
      }}
    >
      {children}
    </CheckedForm>
  );
}

/** Problems that the browser finds. */
export function problemsOf(
  elements: Iterable<Pick<HTMLInputElement, 'name' | 'validity' | 'validationMessage'>>,
): Problems {
  const wrong = [...elements].filter(({ name, validity }) => name && validity?.valid === false);
  return Object.fromEntries(wrong.map(({ name, validationMessage }) => [name, validationMessage]));
}

/** Brings the focus to a field. */
export function focusOn(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name);
  if (!(field instanceof HTMLElement)) return;
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: 'center' });
}

/** Brings the focus to the first wrong field; false if there is none. */
export function focusFirst(form: HTMLFormElement | null, problems: Problems): boolean {
  const [first] = Object.keys(problems);
  if (first !== undefined) focusOn(form, first);
  return first !== undefined;
}

/** Summary of all problems, with a link to each field; otherwise its children. */
export function ProblemSummary({ children }: { readonly children?: ComponentChildren }) {
  const names = Object.keys(useContext(ProblemsContext));
  const frame = useRef<HTMLDivElement>(null);
  const form = () => frame.current?.closest('form') ?? null;
  return (
    <div ref={frame} class="problem-summary" role="status">
      {names.length === 0 ? children : <strong>{words.wrong(names.length)}</strong>}
      {names.length > 0 && (
        <ul>
          {names.map(name => (
            <li key={name}>
              <a
                href={location.hash}
                onClick={event => {
                  event.preventDefault();
                  focusOn(form(), name);
                }}
              >
                {labelOf(form()?.elements.namedItem(name)) ?? name}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function labelOf(field: unknown): string | null | undefined {
  return (field as HTMLInputElement | null | undefined)?.labels?.[0]?.textContent;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind?: string;
  /** Control with these attributes. */
  readonly children: (attributes: {
    readonly id: string;
    readonly name: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ComponentChildren;
}

/** Field with its label, hint and problem. */
export function Field({ name, label, hint, kind = '', children }: FieldProps) {
  const [id, meaning, wrong] = [useId(), useId(), useId()];
  const problem = useContext(ProblemsContext)[name];
  return (
    <div class={`field ${kind} ${problem ? 'wrong' : ''}`}>
      <label for={id}>{label}</label>
      {children({
        id,
        name,
        'aria-describedby': problem ? `${wrong} ${meaning}` : meaning,
        'aria-invalid': problem !== undefined,
      })}
      {problem && (
        <p id={wrong} class="problem">
          {problem}
        </p>
      )}
      <small id={meaning}>{hint}</small>
    </div>
  );
}
