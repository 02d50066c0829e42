import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';

/** Renders a page for the index of the search, without the colours of its code, which take most of the time. */
export function searchedText(text: string, env: MarkdownEnv, md: MarkdownRenderer): string {
  const { highlight } = md.options;
  md.options.highlight = null;
  try {
    const html = md.render(text, env);
    return env.frontmatter?.search === false ? '' : html;
  } finally {
    md.options.highlight = highlight;
  }
}
