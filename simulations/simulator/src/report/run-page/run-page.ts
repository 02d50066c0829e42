import { html } from '@murmuration/monitoring/page/markup';
import type { Run } from '../../run-events/run.ts';
import { documentOf, type PageAssets } from '../document.ts';
import { chartsOf, sectionOf } from '../section.ts';
import { clients } from './clients.ts';
import { cohorts } from './cohorts.ts';
import { learning } from './learning.ts';
import { overview } from './overview.ts';
import { phases } from './phases.ts';
import { protection } from './protection.ts';
import { scenario } from './scenario.ts';

/** Renders the page of a run as one HTML file that loads nothing. */
export function runPage(run: Run, assets: PageAssets): string {
  const sections = [learning(run), cohorts(run), clients(run), phases(run), protection(run), scenario(run)];
  const content = html`${overview(run)}
<main id="content">
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(sectionOf)}
</main>
<footer>All rounds are in <code>curves.csv</code>, all events in <code>events.jsonl</code>, beside this page.</footer>`;
  const { scenario: name, seed } = run.begun;
  return documentOf(`${name}, seed ${seed}`, content, chartsOf(sections), assets);
}
