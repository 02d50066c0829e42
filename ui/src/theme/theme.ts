import { signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

/**
 * Light or dark theme: as the system is set until the person chooses. The browser keeps the choice under
 * `name`.
 */
export class ThemeChoice {
  readonly theme = signal<Theme>('light');
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const chosen = localStorage.getItem(name);
    const systems = (): Theme => (system.matches ? 'dark' : 'light');
    this.#show(chosen === 'light' || chosen === 'dark' ? chosen : systems());
    system.addEventListener('change', () => {
      if (localStorage.getItem(name) === null) this.#show(systems());
    });
  }

  /** Switches to the other theme. */
  toggle(): void {
    const theme = this.theme.peek() === 'light' ? 'dark' : 'light';
    localStorage.setItem(this.#name, theme);
    this.#show(theme);
  }

  #show(theme: Theme): void {
    this.theme.value = theme;
    document.documentElement.dataset.theme = theme;
  }
}
