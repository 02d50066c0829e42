import { resolve, sep } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { DatabaseSink } from './database.ts';
import { JsonLines } from './files/writer.ts';
import { HttpSink } from './http.ts';
import { keyBeside, type LogKey, openKey } from './key.ts';
import type { OutboxLimits } from './outbox.ts';
import { Redaction } from './redaction.ts';
import { RequestLog, type RequestLogPorts } from './request-log.ts';
import type { RequestLogSettings } from './settings.ts';
import type { LogSink } from './sink.ts';

/** Maximum bytes of values in one event: as much as a text or a small picture needs. */
const payload = 64 << 10;
/** Limits of each sink: some seconds of a busy server, and batches that are worth a write. */
const limits: OutboxLimits = { entries: 10_000, bytes: 32 << 20, batch: 500, delay: 200 };
/** Form of a log in files: a file is read at once, and holds a day at most. */
const rotation = { size: 64 << 20, age: 86_400_000, gzip: true };
const table = 'request_log';

/**
 * Opens a request log by its settings. Throws `config.invalid`, `storage.in-use`, and errors of its sinks.
 */
export async function openRequestLog(
  settings: RequestLogSettings,
  ports: RequestLogPorts,
): Promise<RequestLog> {
  const { rate, allow, redact, person, keepFor, files, database, kafka, http } = settings;
  const key = await keyOf(settings, ports);
  const sinks: LogSink[] = [];
  const fault = (where: string, error: unknown) => ports.events.fault?.(where, error);
  if (files) {
    const { anchor, folder } = files;
    if (anchor !== null && resolve(anchor).startsWith(resolve(folder) + sep))
      throw new MurmurationError(
        'config.invalid',
        'The anchor of the log lies in its folder, where those who cut the log off can change it as well; put it elsewhere.',
      );
    sinks.push(await JsonLines.open({ ...files, ...rotation, keepFor }, { ...ports, key, fault }));
  }
  if (database)
    sinks.push(
      await DatabaseSink.open({ ...database, table, keepFor }, { ...ports, fault }).catch(async error => {
        await Promise.all(sinks.map(sink => sink.close()));
        throw error;
      }),
    );
  if (kafka) {
    // Loaded only for Kafka.
    const { KafkaSink } = await import('./kafka.ts');
    sinks.push(new KafkaSink(kafka));
  }
  if (http) sinks.push(new HttpSink(http, ports.clock));
  return new RequestLog(
    {
      rate: model => (typeof rate === 'number' ? rate : shareOf(model, rate)),
      redaction: new Redaction(allow, redact, person),
      payload,
      person: person && key && { field: person, key },
      limits,
    },
    sinks,
    ports,
  );
}

function shareOf(model: string, shares: Readonly<Record<string, number>>): number {
  const name = Object.hasOwn(shares, model) ? model : '*';
  return shares[name] ?? 1;
}

async function keyOf(
  { key, files, person }: RequestLogSettings,
  { random }: RequestLogPorts,
): Promise<LogKey | null> {
  if (person === null && files?.chain !== 'keyed') return null;
  const path = key ?? (files && keyBeside(files.folder));
  return path === null ? null : openKey(path, random);
}
