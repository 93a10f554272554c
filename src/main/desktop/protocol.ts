/** `app://gradient-lab/`: the window's files by a protocol of our own, with the web host's rules, instead of `file://`. */
import { protocol, type Session } from 'electron';
import { APP_SCHEME } from './addresses.ts';
import { answerFile } from './answer-file.ts';

/** Must run before the app is ready: an ordinary, secure origin, as https would be. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** Serves the files in `folder` to pages of this session. */
export function serveFiles(session: Session, folder: string): void {
  session.protocol.handle(APP_SCHEME, (request) => answerFile(request, folder));
}
