import { on } from 'node:events';
import type { Config } from '@murmuration/coordinator/assembly/config';
import { type CoordinatorEnvironment, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import type { Stores } from '@murmuration/storage/storage';
import { wordsQueryName, wordsTask } from './words-task.ts';

/** Input of a coordinator that asks phones for their words. */
interface Finding {
  readonly config: Config;
  readonly environment: CoordinatorEnvironment & { readonly storage: Stores };
  /** Number of phones. */
  readonly devices: number;
  readonly phones: {
    /** Connects the phones that are asked to a coordinator; resolves when they are connected. */
    answer(url: string): Promise<void>;
    /** Disconnects them; resolves when they have left. */
    rest(): Promise<void>;
  };
  /** Called with every state of the two rounds. */
  readonly progress: (state: SeenState) => void;
}

/** Words that phones agree on. */
export interface AgreedWords {
  /** Words, the most frequent first. */
  readonly words: readonly string[];
  /** Number of phones that answered the second round. */
  readonly phones: number;
  /** Minimum number of these phones that typed each word. */
  readonly threshold: number;
}

/**
 * Asks phones for their words, in two masked rounds before there is a model, with a temporary coordinator;
 * the storage keeps the results.
 * @throws `config.invalid` if they have too little in common, or rounds fail
 */
export async function findWords(finding: Finding): Promise<AgreedWords> {
  const { config, environment, devices, phones } = finding;
  const { queryResults } = environment.storage;
  const task = wordsTask(devices);
  const name = wordsQueryName;
  const coordinator = await createCoordinator(config, [task], environment);
  try {
    await coordinator.control.pause(task.name);
    coordinator.events.on('round', finding.progress);
    const ended = on(coordinator.events, 'round-ended') as AsyncIterable<[RoundRecord]>;
    await phones.answer(coordinator.url);
    await coordinator.start();
    await coordinator.control.ask(task.name, name);
    for await (const [record] of ended) {
      const [result] = await queryResults.results(task.name, name, Number.POSITIVE_INFINITY, 1);
      if (record.outcome === 'failed' || !result?.figures)
        throw new MurmurationError(
          'config.invalid',
          `The phones did not say which words they type: ${record.failure?.reason}`,
        );
      const { figures } = result;
      if (figures.kind !== 'heavy-hitters') continue;
      if (figures.texts.length === 0)
        throw new MurmurationError(
          'config.invalid',
          `${result.devices} phones have no word in common that ${result.query.threshold} of them typed; take more phones.`,
        );
      await phones.rest();
      return {
        words: figures.texts.map(({ text }) => text),
        phones: result.devices ?? 0,
        threshold: result.query.threshold,
      };
    }
    throw new MurmurationError('server.stopping');
  } finally {
    await coordinator.stop();
  }
}
