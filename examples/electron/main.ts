import { pathToFileURL } from 'node:url';
import { app, BrowserWindow, ipcMain, net, powerMonitor, protocol } from 'electron';
import { fileOf, scheme } from './files.ts';

const folder = `${import.meta.dirname}/page`;

// Storage, module workers and the lock of the device's storage need a secure context.
protocol.registerSchemesAsPrivileged([
  { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);

/** True if the machine is on mains, as far as the system tells. */
const isCharging = () => !powerMonitor.isOnBatteryPower();

await app.whenReady();
protocol.handle(scheme, ({ url }) => {
  const file = fileOf(url, folder);
  return file ? net.fetch(pathToFileURL(file).href) : new Response(null, { status: 404 });
});
ipcMain.handle('charging', isCharging);
const window = new BrowserWindow({
  width: 420,
  height: 240,
  webPreferences: {
    preload: `${import.meta.dirname}/preload.cjs`,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    // A round goes on while the window is behind others.
    backgroundThrottling: false,
  },
});
window.webContents.on('will-navigate', event => event.preventDefault());
window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
const tell = () => window.webContents.send('charging', isCharging());
powerMonitor.on('on-ac', tell);
powerMonitor.on('on-battery', tell);
await window.loadURL(`${scheme}://line/`);
app.on('window-all-closed', () => app.quit());
