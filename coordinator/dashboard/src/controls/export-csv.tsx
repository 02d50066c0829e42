import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { type CsvCell, csv } from '../format/csv.ts';
import { download } from './download.ts';
import { words } from './words.ts';

/** Most rows of a file, since a browser holds it in memory. */
const maxExportedRows = 100_000;

interface Shown<Answer, Row> {
  /** Name of the file, without its extension. */
  readonly name: string;
  readonly columns: Readonly<Record<string, (row: Row) => CsvCell>>;
  /** Path of a list below `/v1/admin/`, from a place in it; null stands for its beginning. */
  readonly path: (place: string | number | null) => string;
  readonly rowsOf: (answer: Answer) => readonly Row[];
  /** Place at which the next page begins; null at the end. */
  readonly nextOf: (answer: Answer) => string | number | null;
}

/** Button that saves a whole list, page by page, as a CSV file. */
export function ExportCsv<Answer, Row>({ name, columns, path, rowsOf, nextOf }: Shown<Answer, Row>) {
  const { requests, notice } = useDashboard();
  const isBusy = useSignal(false);
  const save = async () => {
    isBusy.value = true;
    try {
      const rows: (readonly CsvCell[])[] = [Object.keys(columns)];
      const cells = Object.values(columns);
      let place: string | number | null = null;
      do {
        const answer: Answer = await requests.get<Answer>(path(place));
        rows.push(...rowsOf(answer).map(row => cells.map(cell => cell(row))));
        place = nextOf(answer);
      } while (place !== null && rows.length <= maxExportedRows);
      download(`${name}.csv`, 'text/csv', csv(rows));
      notice.say(words.exported(rows.length - 1, place === null));
    } catch {
      notice.say(words.notExported);
    }
    isBusy.value = false;
  };
  return (
    <button type="button" class="quiet-button" disabled={isBusy.value} onClick={save}>
      {words.export}
    </button>
  );
}
