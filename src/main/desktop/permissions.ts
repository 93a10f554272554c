/** What a page in the desktop's windows may ask the system for: nothing, but to put text on the clipboard. */
import type { Session } from 'electron';

/** By a person's click on "Copy"; a page cannot read what lies there. */
const ALLOWED = new Set(['clipboard-sanitized-write']);

/** Electron grants everything that is not denied. `isOwn` tells the page whose session this is from any other. */
export function denyPermissions(session: Session, isOwn: (address: string) => boolean): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) => {
    callback(ALLOWED.has(permission) && isOwn(requestingUrl));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) => ALLOWED.has(permission) && isOwn(requestingOrigin),
  );
  session.setDevicePermissionHandler(() => false);
}
