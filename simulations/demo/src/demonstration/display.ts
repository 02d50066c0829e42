import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import { percent } from '@murmuration/simulations/study/percent';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { isColourful } from './address-box.ts';

const columns = [
  { title: 'round', width: 5 },
  { title: 'cohort', width: 6 },
  { title: 'accepted/late/lost', width: 18 },
  { title: 'down', width: 9 },
  { title: 'up', width: 9 },
  { title: 'seconds', width: 7 },
  { title: 'top-1', width: 7 },
  { title: 'top-3', width: 7 },
] as const;

/** Words for the phases beside the bar. */
const phases = {
  gathering: 'phones gather',
  keys: 'phones send their keys',
  shares: 'phones share their secrets with their neighbours',
  updates: 'phones train and send their updates',
  agreement: 'phones agree on whose updates count',
  unmasking: 'phones take the masks off the sum',
  closing: 'the new model is evaluated',
} as const;

/** Words for the phases of a round that asks phones a question. */
const askedPhases = {
  ...phases,
  updates: 'phones answer a question, and send masked counts',
  agreement: 'phones agree on whose answers count',
  closing: 'what they have in common is counted',
} as const;

/** Prints a table with one line a round, and a bar during a round if a person watches. */
export class Display {
  readonly #out: NodeJS.WriteStream;
  readonly #colours: ReturnType<typeof pc.createColors>;
  readonly #bar: SingleBar | undefined;
  #barOf: number | undefined;
  #isBusy = false;
  /** Lines since the last row of the table; null without a table. */
  #notes: string[] | null = null;
  readonly #said = new Set<string>();

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#colours = pc.createColors(isColourful(out, process.env));
    if (!out.isTTY) return;
    const format = 'round {number}  {bar} {phase}';
    this.#bar = new SingleBar(
      { format, stream: out, clearOnComplete: true, hideCursor: true },
      Presets.shades_classic,
    );
  }

  /** Prints a line; during the table, beside its next row. */
  say(line: string): void {
    if (this.#notes) this.#notes.push(line);
    else this.#print(line);
  }

  /** Prints a line at once, in the table too: an announcement of what is about to begin. */
  announce(line: string): void {
    this.#print(this.#notes ? this.#colours.dim(`       ${line}`) : line);
  }

  /** Says a line once that several threads report, such as the backend they train on. */
  sayOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.say(line);
  }

  #print(line: string): void {
    this.#hideBar();
    this.#out.write(`${line}\n`);
  }

  /** Shows what is under way until the next line, if a person watches. */
  busy(line: string): void {
    if (!this.#out.isTTY) return;
    this.#isBusy = true;
    this.#out.write(`\r\x1b[2K${line}`);
  }

  /** Begins the table. */
  head(): void {
    this.#print(this.#colours.dim(row(columns.map(({ title }) => title))));
    this.#notes = [];
  }

  /** Ends the table; prints the lines since its last row. */
  foot(): void {
    const notes = this.#notes ?? [];
    this.#notes = null;
    for (const note of notes) this.#print(note);
  }

  /** Shows where the round under way stands. */
  progress(state: SeenState): void {
    if (!this.#bar || state.phase === 'published' || state.phase === 'failed') return;
    const { number } = state.terms;
    const [done, total] =
      state.phase === 'closing'
        ? [1, 1]
        : [Math.min(state.quorum.accepted, state.quorum.goal), state.quorum.goal];
    const phase = (state.terms.plan.query ? askedPhases : phases)[state.phase];
    if (this.#barOf !== number) {
      this.#barOf = number;
      this.#bar.start(total, done, { number, phase });
    } else {
      this.#bar.setTotal(total);
      this.#bar.update(done, { number, phase });
    }
  }

  /** Prints the row of a round; `label` is the purpose of a round without training. */
  round({ number, tally, traffic, startedAt, endedAt, metrics, failure }: RoundRecord, label?: string): void {
    const cells = [
      String(number),
      String(tally.cohort),
      `${tally.accepted} / ${tally.late} / ${tally.lost}`,
      megabytes(traffic.down),
      megabytes(traffic.up),
      ((endedAt - startedAt) / 1_000).toFixed(1),
      metrics ? percent(metrics.top1!) : '',
      metrics ? percent(metrics.top3!) : '',
    ];
    const notes = [...(label ? [label] : []), ...(this.#notes?.splice(0) ?? [])].map(note =>
      this.#colours.dim(`  ${note}`),
    );
    this.#print(
      (failure ? this.#colours.yellow(`${row(cells)}  failed: ${failure.reason}`) : row(cells)) +
        notes.join(''),
    );
  }

  #hideBar(): void {
    if (this.#isBusy) this.#out.write('\r\x1b[2K');
    this.#isBusy = false;
    if (this.#barOf === undefined) return;
    this.#barOf = undefined;
    this.#bar?.stop();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(columns[i]!.width)).join('  ');
}
