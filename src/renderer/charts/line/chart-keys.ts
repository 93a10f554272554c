/** Keys of a line chart, as what they mean. */

/** About the crosshair, the lines, and the part that is shown. */
export type PointingCommand =
  /** To the next point, or so many points further; negative: to the left. */
  | { readonly kind: 'step'; readonly by: number }
  | { readonly kind: 'end'; readonly end: 0 | 1 }
  /** Another line stands out. */
  | { readonly kind: 'line'; readonly by: 1 | -1 }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'clear' };

export type ChartCommand = PointingCommand | { readonly kind: 'large' | 'log' };

/** Points that an arrow with Shift goes over. */
const FAR = 10;

/** Null: not a key of the chart. `letters`: single letters count. */
export function commandOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  letters: boolean,
): ChartCommand | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const far = event.shiftKey ? FAR : 1;
  switch (event.key) {
    case 'ArrowRight':
      return { kind: 'step', by: far };
    case 'ArrowLeft':
      return { kind: 'step', by: -far };
    case 'ArrowDown':
      return { kind: 'line', by: 1 };
    case 'ArrowUp':
      return { kind: 'line', by: -1 };
    case 'Home':
      return { kind: 'end', end: 0 };
    case 'End':
      return { kind: 'end', end: 1 };
    case '+':
    case '=':
      return { kind: 'zoom', factor: 0.5 };
    case '-':
      return { kind: 'zoom', factor: 2 };
    case 'Enter':
      return { kind: 'large' };
    case 'Escape':
      return { kind: 'clear' };
    case 'l':
    case 'L':
      return letters ? { kind: 'log' } : null;
    default:
      return null;
  }
}
