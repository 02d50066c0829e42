// Runs in the hidden web view, and in its workers.

import * as engine from '@murmuration/client-sdk/engine';
import { serveWebView } from '@murmuration/client-sdk/web-view-page';
import { notes } from './notes.js';

serveWebView(notes(engine));
