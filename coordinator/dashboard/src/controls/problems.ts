/** Problems of a form's fields by their names. */
export type Problems = Readonly<Record<string, string>>;

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
