import type { TaskName } from '@murmuration/protocol/ids/ids';
import { Contributions } from '../floors/contributions.ts';
import { drawSecret } from '../floors/own-draw.ts';
import type { Hybrids } from '../hybrid/hybrids.ts';
import { PrivateLayers } from '../private-layers/private-layers.ts';
import type { SessionPorts } from '../session/ports.ts';
import { sessionStore } from '../session/saved-session.ts';
import { Session } from '../session/session.ts';
import { answering } from './answering.ts';
import type { TaskOptions } from './options.ts';

type ClientPorts = Pick<
  SessionPorts,
  | 'platform'
  | 'transport'
  | 'trainer'
  | 'models'
  | 'contribution'
  | 'storage'
  | 'identity'
  | 'floors'
  | 'energy'
  | 'emit'
  | 'isFree'
  | 'takesPart'
> & { readonly served: ReturnType<Hybrids['sessionOf']> };

export function sessionOf(
  task: TaskName,
  { examples, privateLayers: keepPrivate = [], answers }: TaskOptions,
  ports: ClientPorts,
): Session {
  const { platform, trainer, models, storage, floors, served } = ports;
  const { clock } = platform;
  const privateLayers = new PrivateLayers(storage, task);
  return new Session({
    ...ports,
    task,
    examples,
    privateLayers,
    keepPrivate,
    holdsOut: Object.values(answers ?? {}).some(
      ({ kinds, answer }) => !answer && kinds.includes('evaluation'),
    ),
    store: sessionStore(storage, task),
    contributions: new Contributions(storage, clock, task, floors.contributions),
    answers:
      answers &&
      answering({
        storage,
        task,
        clock,
        floors,
        allowed: answers,
        named: () => models.named(),
        evaluation: served && { ...served, examples, privateLayers, borrow: models.borrow },
      }),
    async ownSeed(round) {
      const secret = await drawSecret(storage, platform.random);
      const updateProcessor = trainer.updateProcessor ?? (await platform.updateProcessor());
      return updateProcessor.draw(secret, task, round);
    },
  });
}
