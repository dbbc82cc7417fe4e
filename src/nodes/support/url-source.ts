import type { NodeContext } from '../../graph/context.js';
import { openUrl, type OpenUrlOptions } from '../../media/av/open-url.js';
import { DEFAULT_RETRY } from '../../media/net/retry.js';
import type { NetworkFact } from '../../media/net/byte-source.js';
import type { UrlOptions } from '../sources/url.js';
import type { PlayerSource } from './player-source.js';
import { networkTimer } from './network-clock.js';
import { resolvePage, shouldResolve } from './resolve-page.js';

/**
 * What `source.url` plays.
 *
 * @param publicOnly reach public addresses only, whatever else the graph may do. @param wantsVideo whether pictures are wanted now, where
 * they can be at all.
 */
export function urlPlayerSource(
  ctx: NodeContext,
  publicOnly: boolean = ctx.permissions.publicOnly,
  wantsVideo?: () => boolean,
): PlayerSource<UrlOptions> {
  const timer = networkTimer(ctx);
  const tell = (fact: NetworkFact) => {
    const { type, ...data } = fact;
    ctx.emit({ type: `stream.${type}`, ...data });
  };
  return {
    type: 'source.url',
    open: async (options, signal) => {
      const { src, startSec, endSec, connectTimeoutMs, readTimeoutMs, aheadMs, headers, reconnectAttempts, resolver } = options;
      const settings: OpenUrlOptions = {
        timer,
        signal,
        tell,
        startSec,
        ...(endSec === undefined ? {} : { endSec }),
        connectTimeoutMs,
        readTimeoutMs,
        aheadMs,
        ...(wantsVideo && { video: wantsVideo() }),
        headers,
        publicOnly,
        retry: { ...DEFAULT_RETRY, attempts: reconnectAttempts },
      };
      const viaResolver = async () => {
        const found = await resolvePage(src, { timer, signal });
        ctx.emit({ type: 'stream.resolved', title: found.title });
        return openUrl(found.url, { ...settings, headers: { ...found.headers, ...headers } });
      };
      // yt-dlp connects by itself, beyond the reach of any rule about addresses.
      if (resolver === 'yt-dlp' && !publicOnly) return viaResolver();
      try {
        return await openUrl(src, settings);
      } catch (error) {
        // Only what is served as pages are can be one.
        const page = resolver !== 'none' && !publicOnly && /^https?:/i.test(src);
        if (!page || !(await shouldResolve(error))) throw error;
        return viaResolver();
      }
    },
  };
}
