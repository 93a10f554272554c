/** The desktop's ears: every message from a page goes through here, and only the app's own pages are heard. */
import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron';
import * as v from 'valibot';
import type { Outcome } from '../../shared/bridge.ts';
import { toProblem } from '../../shared/problems.ts';
import { isAppAddress } from './addresses.ts';

/** True for the main frame of a page of ours, at the moment of the message. */
function isOwnPage({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isAppAddress(senderFrame.url);
}

/** Answers questions on a channel. What a page asks with is checked first; an error comes back with its code and hint. */
export function answer<S extends v.GenericSchema, T>(
  channel: string,
  schema: S,
  handler: (input: v.InferOutput<S>) => T | Promise<T>,
): void {
  ipcMain.handle(channel, async (event, input: unknown): Promise<Outcome<T>> => {
    if (!isOwnPage(event)) throw new Error(`A foreign page asked on "${channel}".`);
    try {
      return { value: await handler(v.parse(schema, input)) };
    } catch (error) {
      return { problem: toProblem(error) };
    }
  });
}

/** Hears messages without an answer. */
export function hear(channel: string, handler: (event: IpcMainEvent) => void): void {
  ipcMain.on(channel, (event) => {
    if (isOwnPage(event)) handler(event);
  });
}
