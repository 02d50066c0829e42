// node build-training.js: makes training-page.js, the page of the hidden web view as one text.
import { writeFileSync } from 'node:fs';
import { webViewPage } from '@murmuration/client-sdk/web-view';
import { buildSync } from 'esbuild';

const [script] = buildSync({
  entryPoints: [`${import.meta.dirname}/training.js`],
  bundle: true,
  format: 'iife',
  minify: true,
  target: 'es2022',
  conditions: process.argv.slice(2),
  write: false,
}).outputFiles;
writeFileSync(
  `${import.meta.dirname}/training-page.js`,
  `/** @type {string} */\nexport default ${JSON.stringify(webViewPage(script.text))};\n`,
);
