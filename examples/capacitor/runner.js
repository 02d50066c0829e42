// Runs without a page, for seconds, when the system wakes it while the app is in the background. It has
// fetch, and few other functions.

/** Asks which version the task serves, and stores that for the app. */
addEventListener('look', async (resolve, reject, { coordinator = 'http://127.0.0.1:8800' } = {}) => {
  try {
    const answer = await fetch(`${coordinator}/v1/tasks/line`);
    if (!answer.ok) throw new Error(`The coordinator answers ${answer.status}.`);
    const { serves } = await answer.json();
    CapacitorKV.set('served', String(serves.number));
    resolve();
  } catch (error) {
    reject(error);
  }
});

/** Returns the stored version to the app. */
addEventListener('news', (resolve, reject) => {
  try {
    resolve({ served: Number(CapacitorKV.get('served')?.value ?? 0) });
  } catch (error) {
    reject(error);
  }
});
