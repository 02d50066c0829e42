import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Keys answered most recently, each with the digest of its request; undefined if that is unknown. */
export class AnsweredKeys extends BoundedMap<string, string | undefined> {
  /** Returns true if the key was answered for another request; false if that is unknown. */
  isOther(key: string, request: string): boolean {
    return (this.get(key) ?? request) !== request;
  }
}
