/** One plugin of a graph's chain, as it is told to a media host: plain JSON. */
export interface PluginChainEntry {
  /** The plugin's name. */
  readonly plugin: string;
  /** The instance's key in state and events. */
  readonly key: string;
  /** Which module holds its code: another one means that the code was swapped. */
  readonly module: string;
  /** Disabled ones let frames pass. */
  readonly enabled: boolean;
  /** As written: what has a default may be missing. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The plugins whose operators run in a graph's `plugin.audio` and `plugin.video` nodes, first to last. */
export type PluginChain = readonly PluginChainEntry[];
