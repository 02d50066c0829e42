/** Connection over plain HTTP, from its opening to its end. */
export class HttpConnection {
  readonly end = new AbortController();
  /** Token of the connection; answers may replace it. */
  token: string;
  /** Resolves once the device has said hello; rejects if the connection ends before. */
  readonly known: Promise<void>;
  isKnown = false;
  /** Number of the last message read; `newest`: of the newest message. */
  read = 0;
  newest = 0;
  /** True if more messages may come. */
  expects = false;
  isPolling = false;
  /** Number of running requests. */
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
    // Avoids an unhandled rejection: it may not be awaited.
    this.known.catch(() => {});
  }

  /**
   * True if there is a reason to poll; also before the hello, since the
   * coordinator may have another challenge.
   */
  get mayCome(): boolean {
    return !this.end.signal.aborted && (this.newest > this.read || this.expects || !this.isKnown);
  }
}
