/** A number from 0 to below `end` in a text such as "31415" or "31,415"; null for anything else. */
export function numberBelow(text: string | undefined, end: number): number | null {
  const digits = (text ?? '').replaceAll(',', '').trim();
  if (!/^\d{1,15}$/.test(digits)) return null;
  const number = Number(digits);
  return number < end ? number : null;
}
