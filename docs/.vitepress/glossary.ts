import { readFileSync } from 'node:fs';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';

type Token = ReturnType<MarkdownRenderer['parse']>[number];
type TokenClass = new (type: string, tag: string, nesting: -1 | 0 | 1) => Token;

/** Terms that most pages use in their everyday sense: "take part", "in front of". No page links them by itself. */
const everyday = new Set(['base', 'front', 'group', 'part', 'reference', 'window']);

const glossary = readFileSync(new URL('../glossary.md', import.meta.url), 'utf8');
const terms = [...glossary.matchAll(/^\| \[([\w -]+)\]\(/gm)]
  .map(([, term]) => term!)
  .filter(term => !everyday.has(term));

/** A term of several words is found before its parts; the plural is found as well. */
const said = new RegExp(
  `(?<![\\w-])(${terms
    .toSorted((one, other) => other.length - one.length)
    .map(term => `${term}(?:e?s)?${term.endsWith('y') ? `|${term.slice(0, -1)}ies` : ''}`)
    .join('|')})(?![\\w-])`,
  'gi',
);

const anchorOf = (term: string): string => term.replaceAll(' ', '-');

/** Finds the term that a word of a text, maybe a plural with a capital, stands for. */
function termOf(word: string): string | undefined {
  const small = word.toLowerCase();
  return terms.find(
    term => [term, `${term}s`, `${term}es`].includes(small) || small === term.replace(/y$/, 'ies'),
  );
}

/** Gives each term of the glossary an anchor, and links a term to it where a guide first says it. */
export function glossaryLinks(md: MarkdownRenderer): void {
  md.core.ruler.after('site-links', 'glossary-links', ({ tokens, env, Token }) => {
    const { relativePath = '' } = env as Partial<MarkdownEnv>;
    if (relativePath === 'glossary.md') setAnchors(tokens);
    if (!/^(?:guides\/|start\.md)/.test(relativePath)) return;
    const linked = new Set<string>();
    for (const [i, { type, children }] of tokens.entries())
      if (type === 'inline' && children && tokens[i - 1]?.type !== 'heading_open')
        tokens[i]!.children = withLinks(children, linked, Token);
  });
}

function setAnchors(tokens: readonly Token[]): void {
  for (const [i, { type, children }] of tokens.entries()) {
    const [open, word] = children ?? [];
    if (type === 'inline' && tokens[i - 1]?.type === 'td_open' && open?.type === 'link_open' && word)
      tokens[i - 1]!.attrSet('id', anchorOf(word.content));
  }
}

/** Links the first uses of terms in a line of text; a word that the page links itself stays, and counts if it leads to the glossary. */
function withLinks(children: readonly Token[], linked: Set<string>, Token: TokenClass): Token[] {
  let link: Token | undefined;
  return children.flatMap(token => {
    if (token.type === 'link_open') link = token;
    if (token.type === 'link_close') link = undefined;
    if (token.type !== 'text') return [token];
    if (link !== undefined) {
      const term = link.attrGet('href') === '/glossary' ? termOf(token.content) : undefined;
      if (term === undefined) return [token];
      linked.add(term);
      link.attrSet('href', `/glossary#${anchorOf(term)}`);
      return [token];
    }
    return token.content.split(said).flatMap((text, i) => {
      const term = i % 2 === 1 ? termOf(text) : undefined;
      const written = Object.assign(new Token('text', '', 0), { content: text });
      if (term === undefined || linked.has(term)) return [written];
      linked.add(term);
      const open = new Token('link_open', 'a', 1);
      open.attrs = [
        ['href', `/glossary#${anchorOf(term)}`],
        ['class', 'term'],
      ];
      return [open, written, new Token('link_close', 'a', -1)];
    });
  });
}
