import { useEffect, useRef } from 'preact/hooks';
import { type DashboardPage, placeOf, tabOf } from '../context/routes.ts';
import { terms } from '../format/terms.ts';
import { Tabs } from './tabs.tsx';

/** Heading and tabs of a page. A new heading gets the focus; the tab names the window. */
export function PageHead({ page }: { readonly page: DashboardPage }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const tab = tabOf(page);
  const own = titleOf(page);
  const title = own ?? (tab === null ? terms.missing : terms.places[placeOf(tab)]);
  const task = 'task' in page ? page.task : undefined;
  const shown = [title, task].filter(Boolean).join(', ');
  useEffect(() => {
    document.title = `${own || tab === null ? shown : [terms.tabs[tab], task].filter(Boolean).join(', ')} – ${terms.name}`;
    scrollTo(0, 0);
  }, [page]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [shown]);
  return (
    <>
      <h1 ref={heading} class="page-head" tabIndex={-1}>
        {title}
        {task !== undefined && <span> {task}</span>}
      </h1>
      {tab !== null && <Tabs page={page} tab={tab} />}
    </>
  );
}

/** Title of the page of a single thing. */
function titleOf(page: DashboardPage): string | undefined {
  if ('version' in page) return terms.version(page.version);
  if ('versions' in page) return terms.versions(...page.versions);
  if ('query' in page) return page.query;
  return 'round' in page ? terms.round(page.round) : undefined;
}
