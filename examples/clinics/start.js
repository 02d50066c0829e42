import { createHash, randomBytes } from 'node:crypto';
import { on } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createCoordinator, parseConfig } from '@murmuration/coordinator';
import { sites, wards } from './data.js';
import { check, clinics } from './task.js';
import { ward } from './ward.js';

const port = Number(process.env.PORT ?? 8800);
const id = randomBytes(12).toString('base64url');
const token = `mmo_${id}${randomBytes(32).toString('base64url')}`;
const sha256 = createHash('sha256').update(token).digest('hex');
const operatorTokens = [{ id, name: 'auditor', role: 'admin', sha256 }];
const log = { person: { in: 'header', name: 'x-patient' }, files: { folder: 'requests', chain: 'keyed' } };
const settings = { port, log: 'error', openEnrolment: true, operatorTokens, inference: { log } };
const { url, events, control, start } = await createCoordinator(parseConfig(settings), [clinics, check]);
events.on('round-ended', ({ task, number, outcome }) => console.log(`${task}, round ${number}: ${outcome}`));

const clients = wards.map(each => ward(each, url));
for (const client of clients) await client.start();
await control.pause('check');
const trained = on(events, 'round-ended');
await start();
for await (const [{ number }] of trained) if (number === 12) break;

const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const admin = async (path, how) => (await fetch(`${url}/v1/admin${path}`, { headers, ...how })).json();
const asked = on(events, 'round-ended');
await admin('/tasks/check/queries/right/run', { method: 'POST', body: '{}' });
for await (const [{ outcome }] of asked) if (outcome === 'published') break;
const { results } = await admin('/tasks/check/queries/right');
const counts = results[0].figures.bins.map(({ count }) => count).slice(1);
const share = at => counts[at + 1] / (counts[at] + counts[at + 1]);
const accuracy = sites.map((site, at) => ({ site, own: share(4 * at), together: share(4 * at + 2) }));
console.table(accuracy);

const wanted = { method: 'POST', body: '{ "name": "wards", "rights": ["predict"] }' };
const { text } = await admin('/inference-tokens', wanted);
console.log(`Wards ask with TOKEN=${text} at ${url}/v1/models/clinics:predict`);
const asks = ['/tasks/clinics/privacy', '/tasks/clinics/masking', '/audit'].map(path => admin(path));
const [privacy, masking, acts] = await Promise.all(asks);
const devices = clients.map(({ protection }) => protection);
writeFileSync('audit.json', JSON.stringify({ accuracy, privacy, masking, devices, acts }, null, 2));
console.log(`What an auditor asks for: ${process.cwd()}/audit.json. Dashboard: ${url}/#token=${token}`);
