import { Mark, MoonIcon, SunIcon } from '@murmuration/ui/icons/icons';
import { InstallIcon } from '../design/icons.tsx';
import { strings } from '../strings/strings.ts';
import type { PageState } from './state.ts';

type Shown = Pick<PageState, 'participation' | 'theme' | 'install'>;

/** Header with the app's name, the connection's state and the theme button. */
export function Header({ participation, theme, install }: Shown) {
  const connection = participation.connection.value;
  const isDark = theme.theme.value === 'dark';
  const offer = install.value;
  return (
    <header class="header">
      <Mark />
      <div class="brand">
        <h1>
          {strings.name} <span>{strings.title.replace(strings.name, '').trim()}</span>
        </h1>
        <p>{strings.tagline}</p>
      </div>
      <p class={`connection ${connection}`} role="status" title={strings.connectionHint[connection]}>
        {strings.connection[connection]}
      </p>
      {offer && (
        <button
          type="button"
          class="round-button"
          onClick={offer}
          aria-label={strings.install}
          title={strings.install}
        >
          <InstallIcon />
        </button>
      )}
      <button
        type="button"
        class="round-button"
        onClick={() => theme.toggle()}
        aria-label={isDark ? strings.theme.light : strings.theme.dark}
        title={isDark ? strings.theme.light : strings.theme.dark}
      >
        {isDark ? <SunIcon /> : <MoonIcon />}
      </button>
    </header>
  );
}
