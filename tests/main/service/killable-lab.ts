/** A lab in a process of its own, to be killed: trains a small run and prints each event as a line of JSON. */
import { createRouterClient } from '@orpc/server';
import { createService } from '../../../src/main/service/index.ts';
import { startTiny } from './lab.ts';

const service = await createService({ home: process.argv[2] as string, version: '0' });
const client = createRouterClient(service.router);
const events = await client.app.events();
const run = await startTiny(client, Number(process.argv[3]));
process.stdout.write(`${JSON.stringify({ kind: 'queued', run: run.number })}\n`);
for await (const event of events) process.stdout.write(`${JSON.stringify(event)}\n`);
