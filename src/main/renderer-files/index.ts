/** The renderer's bundle as the hosts serve it: which files, under which rules. */
export { findRendererFile, rendererFolder, requireRenderer, type RendererFile } from './files.ts';
export { MESSAGE_PAGE_POLICY, messagePage } from './message-page.ts';
export { cacheControl, contentSecurityPolicy, securityHeaders } from './policy.ts';
