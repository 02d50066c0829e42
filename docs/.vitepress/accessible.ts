import type { UserConfig } from 'vitepress';

type Plugin = NonNullable<NonNullable<UserConfig['vite']>['plugins']>[number];

/** Parts of VitePress that screen readers get wrong: by the component, what it writes and what the site writes instead. */
const changes: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  // The front page has no main part.
  VPHome: [['class="VPHome"', 'role="main" class="VPHome"']],
  // A letter of the shortcut is no part of the button's name: the style draws it.
  VPNavBarSearchButton: [['>K</kbd>', '></kbd>']],
  // In a button that opens a section there is another one that does nothing.
  VPSidebarItem: [
    ['role="button"\n        aria-label="toggle section"', `:role="item.link && 'button'"`],
    ['tabindex="0"', ':tabindex="item.link && 0"'],
  ],
};

/** Changes these components when the site is built; throws if VitePress no longer writes what it replaces. */
export const accessible: Plugin = {
  name: 'accessible',
  enforce: 'pre',
  transform(code, id) {
    const name = /theme-default\/components\/(\w+)\.vue$/.exec(id)?.[1] ?? '';
    return changes[name]?.reduce((text, [from, to]) => {
      if (text.split(from).length !== 2) throw new Error(`${name}: "${from}" is not there once.`);
      return text.replace(from, to);
    }, code);
  },
};
