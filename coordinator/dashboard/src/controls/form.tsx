import { type Signal, useSignal } from '@preact/signals';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useId, useRef } from 'preact/hooks';
import { focusFirst, focusOn, type Problems, problemsOf } from './problems.ts';
import { words } from './words.ts';

const ProblemsContext = createContext<Problems>({});

interface Shown {
  readonly kind: string;
  /** Problems of fields, which the caller adds to; by default those that the browser finds. */
  readonly problems?: Signal<Problems>;
  /** Called if the browser finds nothing wrong. */
  readonly submit: (form: HTMLFormElement) => void;
  readonly children: ComponentChildren;
}

/** Form that shows all its problems at once, each beside its field. */
export function Form({ kind, problems, submit, children }: Shown) {
  const own = useSignal<Problems>({});
  const shown = problems ?? own;
  return (
    <ProblemsContext.Provider value={shown.value}>
      <form
        class={kind}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          const form = event.currentTarget;
          shown.value = problemsOf(form.elements as unknown as Iterable<HTMLInputElement>);
          if (!focusFirst(form, shown.value)) submit(form);
        }}
      >
        {children}
      </form>
    </ProblemsContext.Provider>
  );
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
