/** Quits without losing anything: runs write a checkpoint and engines leave before the app does, so no question is asked. */
import { app } from 'electron';
import type { LabService } from '../service/index.ts';

/** Longer than the service itself waits before it kills an engine; a safeguard against a disk that hangs. */
const DEADLINE_MS = 40_000;

/** `hide` takes the windows out of sight while the service closes. */
export function setupQuit(service: Promise<LabService>, hide: () => void): void {
  let state: 'open' | 'closing' | 'closed' = 'open';
  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'closing') return;
    state = 'closing';
    hide();
    void close(service).finally(() => {
      state = 'closed';
      app.quit();
    });
  });
  // On macOS an app stays without windows, and opens one again when it is chosen.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
}

async function close(service: Promise<LabService>): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, DEADLINE_MS));
  // What goes wrong here cannot be shown any more; the service has written it to the error stream.
  await Promise.race([service.then((ready) => ready.close()).catch(() => undefined), late]);
}
