/** Entry of an engine process. Main starts it with a channel, and with the device and threads in its environment. */
import { DEVICES } from '../runtime/index.ts';
import { openChannel } from './channel.ts';
import { EngineServer } from './server.ts';
import { METHODS } from './table.ts';

process.title = 'gradient-lab engine';
const server = new EngineServer(openChannel(), METHODS, (code) => process.exit(code));

// A terminal sends these to main's whole group: main decides, and ends its engines when it is done with them.
process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void server.leave());
process.on('uncaughtException', (error) => void server.fail(error));

const device = DEVICES.find((known) => known === process.env['GRADIENT_LAB_DEVICE']) ?? 'auto';
await server.start({ device, intraOpThreads: Number(process.env['GRADIENT_LAB_THREADS'] ?? 0) });
