/** Where the window was when it was last closed, and where it comes back: on a screen that is there. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** The normal size, also of a window that fills the screen. */
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

export const SMALLEST = { width: 720, height: 480 };
const USUAL = { width: 1280, height: 800 };
/** So much of the window must be on a screen for a person to reach it. */
const REACHABLE = { width: 120, height: 40 };

/**
 * Fits a kept state, if there is one, to the screens of now: never larger than one, and never out of sight. `screens` are the
 * areas that windows may use, the main one first.
 */
export function fitToScreens(kept: WindowState | null, screens: readonly Rectangle[]): WindowState {
  const main = screens[0] ?? { x: 0, y: 0, ...USUAL };
  if (kept === null) return { bounds: centred(USUAL, main), maximized: false };
  const home = screens.find((screen) => isReachable(kept.bounds, screen));
  if (home === undefined) return { bounds: centred(kept.bounds, main), maximized: kept.maximized };
  const { width, height } = clampSize(kept.bounds, home);
  // Another size may leave less of it on the screen; and its title bar may not be above it, out of every hand's reach.
  const x = Math.max(kept.bounds.x, home.x - width + REACHABLE.width);
  const y = Math.max(kept.bounds.y, home.y);
  return { bounds: { x, y, width, height }, maximized: kept.maximized };
}

function isReachable(window: Rectangle, screen: Rectangle): boolean {
  const width = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x);
  const top =
    window.y >= screen.y - REACHABLE.height && window.y <= screen.y + screen.height - REACHABLE.height;
  return width >= REACHABLE.width && top;
}

function clampSize(
  size: { width: number; height: number },
  screen: Rectangle,
): { width: number; height: number } {
  return {
    width: Math.min(Math.max(size.width, SMALLEST.width), screen.width),
    height: Math.min(Math.max(size.height, SMALLEST.height), screen.height),
  };
}

function centred(size: { width: number; height: number }, screen: Rectangle): Rectangle {
  const { width, height } = clampSize(size, screen);
  return {
    x: Math.round(screen.x + (screen.width - width) / 2),
    y: Math.round(screen.y + (screen.height - height) / 2),
    width,
    height,
  };
}

/** The kept state, or null where there is none that can be used. */
export function readWindowState(file: string): WindowState | null {
  try {
    return asState(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // Absent or damaged: the window opens at its usual place.
  }
}

/** Keeps the state. A disk that is full or read-only costs the place of the window, and nothing else. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeFileSync(`${file}.partial`, JSON.stringify(state));
    renameSync(`${file}.partial`, file);
  } catch {
    // As said above.
  }
}

function asState(value: unknown): WindowState | null {
  const { bounds, maximized } = (value ?? {}) as { bounds?: Partial<Rectangle>; maximized?: unknown };
  const { x, y, width, height } = bounds ?? {};
  const isPlace = (number: unknown): number is number =>
    typeof number === 'number' && Number.isSafeInteger(number) && Math.abs(number) < 1e6;
  if (!isPlace(x) || !isPlace(y) || !isPlace(width) || !isPlace(height)) return null;
  return { bounds: { x, y, width, height }, maximized: maximized === true };
}
