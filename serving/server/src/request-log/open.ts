import { resolve, sep } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { DatabaseSink } from './database.ts';
import { JsonLines } from './files/writer.ts';
import { HttpSink } from './http.ts';
import { keyBeside, type LogKey, openKey } from './key.ts';
import { Redaction } from './redaction.ts';
import { RequestLog, type RequestLogPorts } from './request-log.ts';
import type { RequestLogSettings } from './settings.ts';
import type { LogSink } from './sink.ts';

/**
 * Opens a request log by its settings. Throws `config.invalid`, `storage.in-use`, and errors of its sinks.
 */
export async function openRequestLog(
  settings: RequestLogSettings,
  ports: RequestLogPorts,
): Promise<RequestLog> {
  const {
    mode,
    rate,
    rates,
    allow,
    redact,
    payload,
    person,
    source,
    namespace,
    files,
    database,
    kafka,
    http,
  } = settings;
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
    sinks.push(await JsonLines.open(files, { ...ports, key, fault }));
  }
  if (database)
    sinks.push(
      await DatabaseSink.open(database, { ...ports, fault }).catch(async error => {
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
  const { entries, bytes, batch, delay } = settings;
  return new RequestLog(
    {
      mode,
      rate: model => (Object.hasOwn(rates, model) ? (rates[model] ?? rate) : rate),
      redaction: new Redaction(allow, redact, person),
      payload,
      person: person && key && { field: person, key },
      place: { source, namespace },
      limits: { entries, bytes, batch, delay },
    },
    sinks,
    ports,
  );
}

async function keyOf(
  { key, files, person }: RequestLogSettings,
  { random }: RequestLogPorts,
): Promise<LogKey | null> {
  if (person === null && files?.chain !== 'keyed') return null;
  const path = key ?? (files && keyBeside(files.folder));
  return path === null ? null : openKey(path, random);
}
