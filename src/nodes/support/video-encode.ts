import { Observable } from 'rxjs';
import type { NodeContext } from '../../graph/context.js';
import type { Packet } from '../../media/packet.js';
import type { VideoFrame } from '../../media/video-frame.js';
import type { VideoEncodeOptions } from './video-encode-options.js';
import { VideoPacketizer } from './video-packetizer.js';

/** The work of a node that encodes pictures for a call. */
export function encodeVideo(
  ctx: NodeContext,
  codec: 'vp8' | 'h264',
  frames$: Observable<VideoFrame>,
  options: VideoEncodeOptions,
  options$: Observable<VideoEncodeOptions>,
): Observable<Packet> {
  return new Observable((subscriber) => {
    const packetizer = new VideoPacketizer(
      ctx,
      codec,
      options,
      (packet) => subscriber.next(packet),
      (reason) => subscriber.error(reason),
    );
    ctx.defer(() => packetizer.close());
    let { followReceivers } = options;
    subscriber.add(
      options$.subscribe((next) => {
        followReceivers = next.followReceivers;
        packetizer.set(next);
      }),
    );
    subscriber.add(
      ctx.gateway?.video?.demands$.subscribe((demand) => {
        if (!followReceivers || demand.purpose !== options.purpose) return;
        if (demand.type === 'key-frame') packetizer.wantKey();
        else if ((demand.size ?? 'full') === options.size) packetizer.limit(demand.bitrateKbps);
      }),
    );
    subscriber.add(
      frames$.subscribe({
        next: (frame) => packetizer.take(frame),
        error: (reason) => subscriber.error(reason),
        complete: () => ctx.hold(packetizer.finish().finally(() => subscriber.complete())),
      }),
    );
  });
}
