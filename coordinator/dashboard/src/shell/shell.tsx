import type { OperatorSession } from '@murmuration/api/session';
import { Mark, MoonIcon, SunIcon } from '@murmuration/ui/icons/icons';
import type { ComponentChildren } from 'preact';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf, pageOf, placeNames, placeOf, places, type Tab, tabOf } from '../context/routes.ts';
import { lastTask, useTask } from '../context/task.ts';
import { terms } from '../format/terms.ts';
import { Development } from './development.tsx';
import { icons, LeaveIcon } from './icons.tsx';
import { Weakened } from './weakened.tsx';
import { words } from './words.ts';

interface Shown {
  readonly who: OperatorSession;
  readonly children: ComponentChildren;
}

/** Frame of every page: navigation, connection state and account. */
export function Shell({ who, children }: Shown) {
  const { session, theme, feed, notice } = useDashboard();
  const isDark = theme.theme.value === 'dark';
  const connection = feed.connection.value;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {words.skip}
      </button>
      <header class="side">
        <a class="brand" href={addressOf({ page: 'overview' })}>
          <Mark />
          <span>{terms.name}</span>
        </a>
        <Navigation />
        <div class="account">
          <p class={`connection ${connection}`} role="status" title={words.connectionHint[connection]}>
            {words.connection[connection]}
          </p>
          <p class="who">
            {who.name} <span class="muted">{terms.roles[who.role]}</span>
          </p>
          <button
            type="button"
            class="round-button"
            onClick={() => theme.toggle()}
            aria-label={isDark ? words.theme.light : words.theme.dark}
            title={isDark ? words.theme.light : words.theme.dark}
          >
            {isDark ? <SunIcon /> : <MoonIcon />}
          </button>
          <button
            type="button"
            class="round-button"
            onClick={() => session.signOut()}
            aria-label={words.signOut}
            title={words.signOut}
          >
            <LeaveIcon />
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {connection === 'reconnecting' && !session.hasEnded.value && (
          <p class="banner" role="alert">
            {words.reconnecting}
          </p>
        )}
        <Development />
        <Weakened />
        {children}
      </main>
      <p class={`notice ${notice.text.value === '' ? 'hidden' : ''}`} role="status">
        {notice.text.value}
      </p>
    </div>
  );
}

/** Links to the places, for the task shown last. */
function Navigation() {
  const { whereabouts, feed } = useDashboard();
  const page = whereabouts.page.value;
  const tasks = feed.overview.value?.tasks.map(({ task }) => task) ?? [];
  const task = useTask();
  const current = tabOf(page);
  return (
    <nav aria-label={words.navigation}>
      {tasks.length > 1 && (
        <label class="task-choice">
          <span>{words.task}</span>
          <select
            value={task ?? ''}
            onChange={({ currentTarget }) => {
              lastTask.value = currentTarget.value;
              if (current !== null && 'task' in page) whereabouts.go(pageOf(current, currentTarget.value)!);
            }}
          >
            {tasks.map(each => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      )}
      <ul>
        {placeNames.map(name => {
          const Icon = icons[name];
          const [first] = places[name].flatMap((tab: Tab) => pageOf(tab, task) ?? []);
          const isCurrent = current !== null && placeOf(current) === name;
          return (
            <li key={name}>
              <a href={addressOf(first!)} {...(isCurrent && { 'aria-current': 'true' as const })}>
                <Icon />
                <span>{terms.places[name]}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
