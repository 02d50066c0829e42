import type { MarkdownEnv } from 'vitepress';

/** The part of VitePress's renderer that this needs; its type is not the same everywhere. */
interface Renderer {
  readonly options: { highlight?: unknown };
  render(text: string, env: MarkdownEnv): string;
}

/** Renders a page for the index of the search, without the colours of its code, which take most of the time. */
export function searchedText(text: string, env: MarkdownEnv, md: Renderer): string {
  const { highlight } = md.options;
  md.options.highlight = null;
  try {
    const html = md.render(text, env);
    return env.frontmatter?.search === false ? '' : html;
  } finally {
    md.options.highlight = highlight;
  }
}
