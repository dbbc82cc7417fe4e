import { Subject, type Observable } from 'rxjs';
import { FrameLedger } from '../graph/run/frame-ledger.js';
import type { Branch } from '../graph/ports.js';
import { ContentFrame, type VideoFrame } from '../media/video-frame.js';
import type { InputFeed } from './feed-input.js';
import type { BranchInput } from './rendered.js';
import { testPicture, videoStep, type VideoInput } from './video-script.js';

type VideoFeed = InputFeed & {
  readonly stream: Observable<VideoFrame>;
  videoTick(index: number, ptsUs: number): void;
  close(): Error | undefined;
};

/** Plays a video input, and watches what the node does with the pictures. */
export function videoFeed(name: string, input: VideoInput | undefined): VideoFeed {
  const subject = new Subject<VideoFrame>();
  const ledger = new FrameLedger();
  let over = false;
  return {
    stream: subject,
    gaveNaN: false,
    tick: () => {},
    afterTick: () => undefined,
    videoTick(index, ptsUs) {
      if (over) return;
      const step = videoStep(input, index);
      if (step === 'none') return;
      over = step === 'complete' || step instanceof Error;
      if (step === 'complete') return subject.complete();
      if (step instanceof Error) return subject.error(step);
      const content = testPicture(step);
      const lent = ledger.lend(new ContentFrame(ptsUs, content));
      subject.next(lent);
      lent.expire();
      content.release();
    },
    close() {
      const { held } = ledger;
      return held > 0
        ? new TypeError(`input "${name}": the node has not given back ${held} of the pictures it retained`)
        : undefined;
    },
  };
}

/** As {@link videoFeed}, for a port of branches. */
export function videoBranchesFeed(name: string, inputs: Readonly<Record<string, BranchInput>>, open: boolean): InputFeed {
  const subject = new Subject<Branch<VideoFrame>>();
  const waiting = new Map(Object.entries(inputs));
  const running = new Map<string, { feed: VideoFeed; joined: number; leaveAtUs: number }>();
  const all: VideoFeed[] = [];
  let complete = false;
  return {
    stream: subject,
    gaveNaN: false,
    tick: () => {},
    afterTick: () => undefined,
    videoTick(index, ptsUs) {
      for (const [id, input] of waiting) {
        if ((input.joinAtMs ?? 0) * 1000 > ptsUs) continue;
        waiting.delete(id);
        const feed = videoFeed(`${name}[${id}]`, { video: input.video ?? 'grey' });
        all.push(feed);
        running.set(id, { feed, joined: index, leaveAtUs: (input.leaveAtMs ?? Infinity) * 1000 });
        subject.next({ id, stream$: feed.stream });
      }
      if (waiting.size === 0 && !open && !complete) {
        complete = true;
        subject.complete();
      }
      for (const [id, { feed, joined, leaveAtUs }] of running) {
        if (leaveAtUs <= ptsUs) {
          running.delete(id);
          (feed.stream as Subject<VideoFrame>).complete();
        } else feed.videoTick(index - joined, ptsUs);
      }
    },
    close: () => all.map((feed) => feed.close()).find((wrong) => wrong !== undefined),
  };
}
