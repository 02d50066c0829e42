import { writeFileSync } from 'node:fs';
import { referencePages } from './reference/pages.ts';

// npm run reference: writes the pages of reference that are made from code.
for (const [path, text] of await referencePages()) {
  writeFileSync(new URL(`../../${path}`, import.meta.url), text);
  console.log(path);
}
