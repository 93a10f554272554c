/** A page of plain words, for when there is no app to show. */
import { createHash } from 'node:crypto';

const STYLE =
  'body{margin:15vh auto;max-width:34rem;padding:0 1.5rem;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}' +
  'h1{font-size:1.25rem}code{font-size:.9em}';

/** Lets exactly this style through a policy that allows no other inside a page. */
export const MESSAGE_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The page's text. Words between backticks are shown as code.
 *
 * `goTo`, where given, is a path on the same origin that the page leaves for at once.
 */
export function messagePage(title: string, paragraphs: readonly string[], goTo?: string): string {
  const body = paragraphs
    .map((text) => `<p>${escapeHtml(text).replace(/`([^`]*)`/g, '<code>$1</code>')}</p>`)
    .join('');
  const refresh = goTo === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${escapeHtml(goTo)}">`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">${refresh}` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)} · Gradient Lab</title>` +
    `<style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`
  );
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}
