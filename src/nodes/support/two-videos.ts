import { from, type Observable } from 'rxjs';
import type { NodeContext } from '../../graph/context.js';
import { joinVideo } from '../../graph/video-operators.js';
import type { VideoFrame } from '../../media/video-frame.js';

/** Some streams of pictures by name, joined tick by tick; each tick gives those that came, by name. */
export function joinNamed<N extends string>(
  ctx: NodeContext,
  streams: Readonly<Partial<Record<N, Observable<VideoFrame> | undefined>>>,
  onTick: (frames: Partial<Record<N, VideoFrame>>) => void,
  end: { error(reason: unknown): void; complete(): void },
) {
  const branches = (Object.entries(streams) as [N, Observable<VideoFrame> | undefined][]).flatMap(([id, stream$]) =>
    stream$ ? [{ id, stream$ }] : [],
  );
  return joinVideo(ctx, from(branches)).subscribe({
    next: (slots) => {
      const frames: Partial<Record<N, VideoFrame>> = {};
      for (const { id, frame } of slots) if (frame) frames[id as N] = frame;
      onTick(frames);
    },
    ...end,
  });
}
