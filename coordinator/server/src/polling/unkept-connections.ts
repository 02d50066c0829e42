import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { CheckInAnswer, SentElsewhere } from '@murmuration/protocol/messages/check-in';
import { encodeAccepted, encodeFrame, refusalOf } from '@murmuration/protocol/messages/frame';
import type { Enrol, Enrolled, Forget, Hello, Welcome } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Population } from '@murmuration/rounds/population/population';
import type { AnsweredChallenges } from '@murmuration/storage/leases/answered-challenges';
import type { Admission, Sender } from '../devices/admission.ts';
import type { Caller, Identity } from '../devices/caller.ts';
import type { FrameLengths } from '../devices/frame-lengths.ts';
import { type DeviceRequests, type RequestHandlers, requestHandlers } from '../devices/request-handlers.ts';
import { gone } from './polled-carrier.ts';
import type { Sealed, SealedTokens } from './sealed-tokens.ts';

export interface UnkeptConnectionsPorts {
  readonly tokens: SealedTokens;
  readonly answered: AnsweredChallenges;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly population: Population;
  readonly requests: DeviceRequests;
  readonly admission: Admission;
  readonly events: CoordinatorEvents;
  readonly frames: FrameLengths;
}

export interface UnkeptAnswer {
  readonly frame: Uint8Array;
  /** Milliseconds after which the device must come again, if the answer says so. */
  readonly after: number | undefined;
  /** Token to use from now on, if it changes. */
  readonly token: string | undefined;
}

/** Request of a connection without stored state. */
class Asking implements Caller {
  isOver = false;
  readonly isGone = false;
  readonly sealed: Sealed;
  identity: Identity | undefined;

  constructor(sealed: Sealed, identity?: Identity) {
    this.sealed = sealed;
    this.identity = identity;
  }

  /** Nonce of the challenge that its hello signs, or has signed. */
  get nonce(): Uint8Array {
    return Buffer.from(this.sealed.nonce, 'hex');
  }

  get owner(): Identity {
    if (!this.identity) throw new MurmurationError('device.not-identified');
    return this.identity;
  }
}

/**
 * Connections of devices over plain HTTP without stored state: everything comes with each request, in its
 * token, or is read from the storage. So any process that has the key answers any request, and none has to
 * live on in between. Suitable only for processes that never send on their own initiative, such as fronts.
 */
export class UnkeptConnections {
  readonly #ports: UnkeptConnectionsPorts;
  readonly #handlers: RequestHandlers<Asking>;

  constructor(ports: UnkeptConnectionsPorts) {
    this.#ports = ports;
    const introductions = {
      enrol: this.#enrol.bind(this),
      hello: this.#hello.bind(this),
      requireFarewell: this.#requireFarewell.bind(this),
    };
    this.#handlers = requestHandlers(introductions, ports.requests, ports.frames);
  }

  /**
   * Opens a connection without keeping it: returns the token that the device sends with its answer, and the
   * frame of the challenge for it.
   */
  open(): { readonly token: string; readonly frame: Uint8Array } {
    const { tokens, clock, random } = this.#ports;
    const nonce = random(32);
    return {
      token: tokens.challenge(nonce, clock.now()),
      frame: encodeFrame({ protocol: protocolVersion, nonce }),
    };
  }

  /**
   * Returns the content of a token. Throws the same `request.not-found` for an invalid token as for an
   * expired one.
   */
  find(token: string): Sealed {
    const sealed = this.#ports.tokens.open(token, this.#ports.clock.now());
    if (!sealed) throw gone();
    return sealed;
  }

  /**
   * Returns the maximum frame length of an event, in bytes. Throws `device.not-identified` before the hello
   * for an event that is only answered after it.
   */
  longest(sealed: Sealed, event: DeviceEvent): number {
    if (sealed.is === 'challenge' && event !== 'enrol' && event !== 'hello')
      throw new MurmurationError('device.not-identified');
    return this.#ports.frames[event];
  }

  /** Returns the answer to a request. Throws the refusal, which has already been counted. */
  async answer(sealed: Sealed, event: DeviceEvent, address: string, frame: unknown): Promise<UnkeptAnswer> {
    const { admission, events, tokens, clock } = this.#ports;
    try {
      const device = sealed.is === 'device' ? (sealed.device as DeviceId) : undefined;
      const id = sealed.is === 'device' ? sealed.device : sealed.nonce;
      const sender: Sender = { id, address, inFlight: 0, pause() {} };
      return await admission.admit(sender, device, event, async () => {
        const asking = await this.#asking(sealed);
        const value = await this.#handlers[event](asking, frame);
        const { identity } = asking;
        return {
          frame: encodeAccepted(value),
          after: event === 'check-in' ? laterOf(value as CheckInAnswer | SentElsewhere) : undefined,
          token:
            event === 'hello' && identity
              ? tokens.device({ ...identity, device: identity.device.id }, asking.nonce, clock.now())
              : undefined,
        };
      });
    } catch (error) {
      const { code, detail } = refusalOf(error);
      events.emit('refused', event, code, detail);
      if (!(error instanceof MurmurationError)) events.emit('fault', event, error);
      throw error;
    }
  }

  async #asking(sealed: Sealed): Promise<Asking> {
    if (sealed.is === 'challenge') return new Asking(sealed);
    const { sdk, platform } = sealed;
    const device = await this.#ports.population.find(sealed.device as DeviceId);
    return new Asking(sealed, { device, sdk, platform });
  }

  #requireFarewell({ owner, nonce }: Asking, { signature }: Forget): void {
    if (!signature) throw new MurmurationError('device.signature');
    this.#ports.population.requireFarewell(owner.device, nonce, signature);
  }

  /**
   * Runs `work`, which a signature of the nonce allows; a second run, in any process, is allowed only if the
   * first failed. Throws `device.challenge-expired`, `storage.*`, or what `work` throws.
   */
  async #once<Result>(
    what: 'enrol' | 'hello',
    { sealed, nonce }: Asking,
    work: (nonce: Uint8Array) => Promise<Result>,
  ): Promise<Result> {
    const { answered, clock } = this.#ports;
    const answer = `${what} ${sealed.nonce}`;
    if (sealed.is !== 'challenge' || !(await answered.take(answer, sealed.until, clock.now())))
      throw new MurmurationError('device.challenge-expired', 'The challenge was answered already.');
    try {
      return await work(nonce);
    } catch (error) {
      await answered.giveBack(answer);
      throw error;
    }
  }

  async #enrol(asking: Asking, message: Enrol): Promise<Enrolled> {
    const { id } = await this.#once('enrol', asking, nonce => this.#ports.population.enrol(message, nonce));
    this.#ports.events.emit('enrolled', id);
    return { device: id };
  }

  async #hello(asking: Asking, message: Hello): Promise<Welcome> {
    const { population, requests, events } = this.#ports;
    const device = await this.#once('hello', asking, nonce => population.identify(message, nonce));
    const { sdk, platform } = message;
    asking.identity = { device, sdk, platform };
    events.emit('connected', device.id, platform, sdk);
    return requests.welcome(device.id);
  }
}

function laterOf(answer: CheckInAnswer | SentElsewhere): number | undefined {
  return answer.decision === 'later' ? answer.after : undefined;
}
