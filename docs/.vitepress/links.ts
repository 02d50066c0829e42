import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docs = join(root, 'docs');

/** Files of the repository that are pages of the site as well. */
const pages: Readonly<Record<string, string>> = {
  'README.md': '/',
  'ARCHITECTURE.md': '/internals/architecture',
  'CHANGELOG.md': '/project/changelog',
  'CONTRIBUTING.md': '/project/contributing',
  'SECURITY.md': '/project/security',
  'THREAT_MODEL.md': '/project/threat-model',
  'protocol/SPEC.md': '/reference/specification',
  'protocol/ERRORS.md': '/reference/errors',
};

/** Where the sources are on the web, if the package says so. */
function repositoryUrl(): string | undefined {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const url: string | undefined = typeof repository === 'string' ? repository : repository?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '');
}

interface Page {
  readonly path: string;
  readonly frontmatter?: { readonly source?: string };
}

/** Where a link of a page leads on the site; undefined where it leads to no place on the web. */
function targetOf(
  href: string,
  { path, frontmatter }: Page,
  repository: string | undefined,
): string | undefined {
  const [file, anchor] = href.split('#') as [string, string?];
  const from = frontmatter?.source ? join(root, dirname(frontmatter.source)) : dirname(path);
  const target = relative(root, join(from, file)).split('\\').join('/').replace(/\/$/, '');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const page = pages[target];
  if (page) return page + hash;
  if (!existsSync(join(root, target))) throw new Error(`${path}: ${href} leads to nothing.`);
  const inDocs = posix.relative(relative(root, docs), target);
  if (!inDocs.startsWith('..')) return `/${inDocs.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}${hash}`;
  return repository && `${repository}/tree/main/${target}${hash}`;
}

/**
 * Links are written so that they work in the repository: relative to the file, with its ending. On the site those that lead to a page lead
 * to that page, and those that lead to sources lead to the repository, or are plain text where nobody knows its address.
 */
export function siteLinks(md: MarkdownRenderer): void {
  const repository = repositoryUrl();
  md.core.ruler.after('inline', 'site-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      const open: boolean[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = token.attrGet('href')!;
          const isRelative = !/^([a-z]+:|#|\/)/.test(href);
          const target = isRelative ? targetOf(href, env as Page, repository) : href;
          open.push(target !== undefined);
          if (target === undefined) token.hidden = true;
          else token.attrSet('href', target);
          if (target === undefined) Object.assign(token, { type: 'text', tag: '', nesting: 0, content: '' });
        } else if (token.type === 'link_close' && open.pop() === false)
          Object.assign(token, { type: 'text', tag: '', nesting: 0, content: '' });
      }
    }
  });
}
