/** Where the window is: the address behind the hash, so that it can be sent, reloaded and gone back from. */
import { changeQuery, formatAddress, parseAddress, type Address } from './address.ts';

class Route {
  #address: Address = $state.raw(parseAddress(location.hash));

  constructor() {
    addEventListener('hashchange', () => this.read());
    addEventListener('popstate', () => this.read());
  }

  get path(): readonly string[] {
    return this.#address.path;
  }

  get query(): Readonly<Record<string, string>> {
    return this.#address.query;
  }

  /** Takes over what the location says now. */
  read(): void {
    this.#address = parseAddress(location.hash);
  }
}

export const route = new Route();

/** Goes to an address such as "#/runs/41". */
export function navigate(href: string, options: { readonly replace?: boolean } = {}): void {
  if (href === location.hash) return;
  if (options.replace === true) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  route.read();
}

/** Changes values of the query and leaves the rest; null takes one away. Replaces the entry of the history unless told not to. */
export function setQuery(
  changes: Readonly<Record<string, string | null>>,
  options: { readonly replace?: boolean } = {},
): void {
  const href = formatAddress(route.path, changeQuery(route.query, changes));
  navigate(href, { replace: options.replace ?? true });
}
