import { randomBytes } from 'node:crypto';
import type { ServerAccess } from '../calls/room/server-part.js';
import type { ApiHost } from './api-host.js';
import { FeedHub } from './feed/feed-hub.js';
import { SourceEdits } from './source/source-edits.js';
import { StatsWatch } from './feed/stats-watch.js';

/** What the routes of one server share. */
export class ApiSession {
  /** The engine. */
  readonly host: ApiHost;
  /** Which run of the engine this is: who finds another one knows that its numbers are others. */
  readonly engine: string = randomBytes(9).toString('base64url');
  /** When the server began, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Who reads the feed. */
  readonly feed: FeedHub;
  /** Figures for them. */
  readonly stats: StatsWatch;
  /** Texts of graphs that are edited. */
  readonly sources: SourceEdits;
  /** Who may what; set when the server is made. */
  access: ServerAccess = { maySteer: () => false, needsAdmin: true };

  /** @param maxFeeds most readers of the feed at a time. */
  constructor(host: ApiHost, { maxFeeds = 200 }: { readonly maxFeeds?: number } = {}) {
    this.host = host;
    this.startedAtMs = host.nowMs();
    this.feed = new FeedHub(host, this.engine, maxFeeds);
    this.sources = new SourceEdits(host);
    this.stats = new StatsWatch(host, this.feed);
  }

  /** Ends it. */
  close(): void {
    this.stats.close();
    this.feed.close();
  }
}
