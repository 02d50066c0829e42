const status = document.querySelector('#status');
const { serviceWorker } = navigator;
serviceWorker.addEventListener('message', ({ data }) => {
  status.textContent = data;
});

const asked = new URLSearchParams(location.search).get('coordinator');
const script = `service-worker.js${asked ? `?coordinator=${encodeURIComponent(asked)}` : ''}`;
await serviceWorker.register(script);
const registration = await serviceWorker.ready;

document.querySelector('button').addEventListener('click', async () => {
  await registration.sync.register('line');
  status.textContent = 'Takes part as soon as there is a network.';
});

// Browsers allow this only for installed apps that are in use, and decide how often.
const permission = await navigator.permissions
  ?.query({ name: 'periodic-background-sync' })
  .catch(() => undefined);
if (permission?.state === 'granted')
  await registration.periodicSync.register('line', { minInterval: 12 * 3_600_000 });
