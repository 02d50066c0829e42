// Runs in the hidden web view, and in its workers.
import { serveWebView } from '@murmuration/client-sdk/web-view-page';
import * as engine from '@murmuration/engine';
import { notes } from './notes.js';

serveWebView(notes(engine));
