import type { Signal } from '@preact/signals';

/** Event by which a browser offers to install a page as an app (only in Chromium). */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/**
 * Registers the service worker for offline use, and keeps the browser's offer to install the page in `offer`.
 */
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
  // If the service worker can't be registered, as in a private window, the page still works.
  await navigator.serviceWorker?.register('service-worker.js').catch(() => {});
}
