/** What shows the app. The renderer is one bundle and knows its host only by this. */

/** What a host can do beyond the contract. */
export const CAPABILITIES = [
  /** Asks for a file or a folder with the system's own dialog, and knows its path. */
  'choose-path',
  /** Shows a folder in the system's file manager. */
  'show-folder',
  /** Opens a lab that runs elsewhere in this window. */
  'connect',
  /** Has a menu bar and window buttons of the system's own in or above the top bar. */
  'native-menu',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface Host {
  readonly kind: 'desktop' | 'web';
  /** For window buttons that lie over the top bar. */
  readonly platform: 'linux' | 'mac' | 'windows' | 'browser';
  readonly capabilities: readonly Capability[];
  /** With 'choose-path': the chosen path, or null. */
  choosePath?(options: { readonly what: 'file' | 'folder'; readonly title: string }): Promise<string | null>;
  /** With 'choose-path': where a file or folder lies that was dropped on the window; null when it lies nowhere. */
  pathOf?(file: File): string | null;
  /** With 'show-folder'. */
  showFolder?(path: string): Promise<void>;
  /** With 'connect': the addresses used before, newest first; and a lab at an address with its token. */
  connections?(): Promise<readonly string[]>;
  connectTo?(address: string | null): Promise<void>;
  /** With 'native-menu': commands of the menu, by name ("new-run", "settings", "keys"). Returns the way to stop listening. */
  onCommand?(listener: (command: string) => void): () => void;
}
