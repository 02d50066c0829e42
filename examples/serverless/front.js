import { fetchFront, loadConfig } from '@murmuration/coordinator/fetch';

/** Front of the coordinator with the database in CONFIG, a JSON file; variables MURMURATION_… override it. */
const env = { ...process.env, MURMURATION_ROLE: 'front' };
export const front = await fetchFront(await loadConfig(process.env.CONFIG, env));
