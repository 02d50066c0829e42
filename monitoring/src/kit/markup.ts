/** Complete HTML, in which all foreign text is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | readonly Content[];

/**
 * Builds HTML from a template. Texts and numbers are escaped, markup stays as it is, lists are joined, null
 * is left out.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...contents.map(textOf)));
}

/** Returns a data block of a page; nothing in the value ends the element. */
export function dataBlock(value: unknown): Markup {
  return scriptElement('application/json', JSON.stringify(value).replaceAll('<', '\\u003c'));
}

/**
 * Returns a script whose text is trusted. Bundlers replace the end of such an element in a tagged template
 * by a helper that is to be imported, so it stands in a plain one.
 */
export function scriptElement(type: string, text: string): Markup {
  return new Markup(`<script type="${type}">${text}</script>`);
}

function textOf(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  return content.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? character);
}
