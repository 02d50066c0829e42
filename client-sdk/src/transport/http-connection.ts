/** One connection over plain HTTP, from its opening to its end. */
export class HttpConnection {
  readonly end = new AbortController();
  /** By what it is known: of the answer that opened it, or the last one that gave another. */
  token: string;
  /** Resolves once the device has said hello; rejects where the connection ends before. */
  readonly known: Promise<void>;
  isKnown = false;
  /** The number of the last message that was read, and of the newest one. */
  read = 0;
  newest = 0;
  /** Whether more may come. */
  expects = false;
  isPolling = false;
  /** Requests that are under way. */
  open = 0;
  greeted!: () => void;

  constructor(token: string, gone: Error) {
    this.token = token;
    this.known = new Promise((resolve, reject) => {
      this.greeted = () => {
        this.isKnown = true;
        resolve();
      };
      this.end.signal.addEventListener('abort', () => reject(gone), { once: true });
    });
    // Nobody may wait for it.
    this.known.catch(() => {});
  }

  /** Whether there is a reason to poll: before the hello as well, since the coordinator may have another challenge. */
  get mayCome(): boolean {
    return !this.end.signal.aborted && (this.newest > this.read || this.expects || !this.isKnown);
  }
}
