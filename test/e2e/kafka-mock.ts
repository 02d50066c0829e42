import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A cluster of Kafka with one broker, as librdkafka plays it: all of it in memory, gone at the end. */
export class KafkaMock {
  /** Where it is: `host:port`. */
  readonly brokers: readonly string[];
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(brokers: readonly string[], child: ChildProcess, lines: Interface) {
    this.brokers = brokers;
    this.#child = child;
    this.#lines = lines;
  }

  static async start(): Promise<KafkaMock> {
    const program = fileURLToPath(new URL('./kafka-mock.py', import.meta.url));
    const child = spawn('python3', [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout! });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The cluster ended with ${code}.`);
    });
    ended.catch(() => {});
    const [first] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    return new KafkaMock(first.split(','), child, lines);
  }

  create(topic: string, partitions: number): Promise<void> {
    return this.#perform(`create ${topic} ${partitions}`);
  }

  /** Closes all connections, and takes no others until `up`. It keeps what it has. */
  down(): Promise<void> {
    return this.#perform('down 1');
  }

  up(): Promise<void> {
    return this.#perform('up 1');
  }

  /** Answers the next requests to produce with an error of Kafka's protocol, and writes nothing of them. */
  refuse(code: number, times: number): Promise<void> {
    return this.#perform(`refuse 0 ${code} ${times}`);
  }

  /** Has librdkafka send a value without spaces to a model under the keys 0, 1, …, as one batch that a codec packed. */
  produce(topic: string, codec: string, model: string, value: string, times: number): Promise<void> {
    return this.#perform(`produce ${topic} ${codec} ${model} ${value} ${times}`);
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await ended;
  }

  async #perform(command: string): Promise<void> {
    const answered = once(this.#lines, 'line');
    this.#child.stdin!.write(`${command}\n`);
    const [code] = (await answered) as [string];
    if (code !== '0') throw new Error(`${command}: ${code}`);
  }
}
