// @ts-check

/**
 * A reason why the set-up cannot go on that a person can act upon. `code` is for programs and tests, `message` says what is
 * missing, `hint` how to get it, and `detail` holds the last lines of the tool that failed, for whoever wants to look deeper.
 */
export class SetupError extends Error {
  /**
   * @param {string} code
   * @param {string} message without a full stop
   * @param {string} hint without a full stop
   * @param {string} [detail]
   */
  constructor(code, message, hint, detail = '') {
    super(message);
    this.name = 'SetupError';
    this.code = code;
    this.hint = hint;
    this.detail = detail;
  }

  /** What is missing and how to get it, in one sentence. */
  get sentence() {
    return `${this.message}: ${this.hint}.`;
  }
}

/**
 * Turns the file system's own errors that a person can do something about into a sentence; others pass unchanged.
 * @param {unknown} error
 * @returns {unknown}
 */
export function explainFileError(error) {
  if (!(error instanceof Error) || error instanceof SetupError) return error;
  const { code, path = 'the disk' } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SetupError(
      'no-space',
      'The disk became full',
      `make room, then run the same command again`,
      error.message,
    );
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new SetupError(
      'not-writable',
      `"${path}" cannot be written`,
      'make it writable for this user, or name another cache folder with GRADIENT_LAB_CACHE',
      error.message,
    );
  }
  return error;
}

/** What tools print when they cannot reach the network: pip, npm and node-gyp, each in its own words. */
const NETWORK_SIGNS =
  /NewConnectionError|Failed to establish a new connection|ConnectTimeout|ReadTimeout|Max retries exceeded|ProxyError|name resolution|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network request to|FetchError|Could not fetch URL/i;

/**
 * True when the output of a failed tool says that the network could not be reached.
 * @param {string} output
 */
export function isNetworkFailure(output) {
  return NETWORK_SIGNS.test(output);
}
