import type { Signal } from '@preact/signals';

/** What a browser offers a page that can be installed as an app (Chromium alone has it). */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** Keeps the page for when there is no network, and puts the browser's offer to install it into `offer` while there is one. */
export async function prepareOffline(offer: Signal<(() => void) | null>): Promise<void> {
  addEventListener('beforeinstallprompt', event => {
    event.preventDefault();
    offer.value = () => {
      offer.value = null;
      void (event as InstallEvent).prompt();
    };
  });
  addEventListener('appinstalled', () => {
    offer.value = null;
  });
  // Where it can't be kept, such as in a private window, the page works all the same.
  await navigator.serviceWorker?.register('service-worker.js').catch(() => {});
}
