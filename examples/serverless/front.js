import { fetchFront, loadConfig } from '@murmuration/coordinator/fetch';

/** A front of the coordinator whose database CONFIG names, a file of JSON; variables MURMURATION_… override it. */
const env = { ...process.env, MURMURATION_ROLE: 'front' };
export const front = await fetchFront(await loadConfig(process.env.CONFIG, env));
