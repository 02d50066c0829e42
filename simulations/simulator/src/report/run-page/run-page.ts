import { reportPage } from '@murmuration/monitoring/kit/document';
import { html } from '@murmuration/monitoring/kit/markup';
import type { Run } from '../../run-events/run.ts';
import { eventsOf, eventsSection } from '../events.ts';
import { clients } from './clients.ts';
import { cohorts } from './cohorts.ts';
import { learning } from './learning.ts';
import { overview } from './overview.ts';
import { phases } from './phases.ts';
import { protection } from './protection.ts';
import { scenario } from './scenario.ts';

/** Renders the page of a run as one HTML file that loads nothing, unless a server renews it. */
export function runPage(run: Run, isLive = false): string {
  const learned = learning(run);
  const { events, section } = eventsSection(eventsOf(run), learned.figures?.[0]?.id ?? 'cohort');
  return reportPage({
    title: `${run.begun.scenario}, seed ${run.begun.seed}`,
    ...overview(run),
    events,
    isLive,
    sections: [learned, section, cohorts(run), clients(run), phases(run), protection(run), scenario(run)],
    footer: html`All rounds are in <code>curves.csv</code>, all events in <code>events.jsonl</code>, beside this page.`,
  });
}
