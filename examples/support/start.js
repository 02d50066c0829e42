import { createCoordinator, parseConfig } from '@murmuration/coordinator';
import desk from './desk.task.js';

const apps = { '/desk/': { folder: `${import.meta.dirname}/page` } };
const setup = parseConfig({ port: Number(process.env.PORT ?? 8800), log: 'warn', openEnrolment: true, apps });
const { url, events, start } = await createCoordinator(setup, [desk]);
events.once('round-ended', () => console.log(`The desk has read its mail. Ask it: ${url}/desk/`));
await start();
