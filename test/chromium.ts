import { findChromium } from '../scripts/chromium.mjs';

/** How tests start the browser: the system's own, which fetches nothing by itself. `executablePath` throws where there is none. */
export const chromiumOptions = {
  get executablePath(): string {
    const path = findChromium();
    if (path === undefined)
      throw new Error(
        'There is no Chromium or Chrome on the PATH. Install one (on Debian: apt-get install chromium), or name one in CHROME_PATH.',
      );
    return path;
  },
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
