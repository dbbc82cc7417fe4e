/** What a graph may do beyond playing sound: whoever runs it says so, never the graph itself. */
export interface Permissions {
  /** Run commands (`source.process`). Default false: a graph is then no more dangerous than a playlist. */
  readonly process: boolean;
  /** Reach addresses of the public internet only, wherever names, redirects and playlists lead: for graphs of strangers. Default false. */
  readonly publicOnly: boolean;
  /** Name plugins that are not installed yet, such as files beside it; their code runs. For graphs of strangers: false. Default true. */
  readonly plugins: boolean;
}

/** What a graph may do unless it is told otherwise. */
export const DEFAULT_PERMISSIONS: Permissions = { process: false, publicOnly: false, plugins: true };
