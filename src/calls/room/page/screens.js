// The pictures that come from the room, each shown as long as it moves on.

/** A video without a new picture for so long has ended. */
const STILL_MS = 4000;

/**
 * @param {{ stage: HTMLElement, videos: { camera: HTMLVideoElement, screen: HTMLVideoElement } }} elements
 * @returns {{ show(purpose: 'camera' | 'screen', track: MediaStreamTrack): void, clear(): void, refresh(): void }}
 */
export function createScreens({ stage, videos }) {
  const seen = new Map();

  const update = () => {
    for (const video of Object.values(videos)) video.parentElement.hidden = !seen.get(video)?.live;
    stage.hidden = Object.values(videos).every((video) => video.parentElement.hidden);
    document.body.classList.toggle('watching', !stage.hidden);
  };
  for (const video of Object.values(videos)) {
    const moved = () => {
      if (!video.srcObject || !video.videoWidth) return;
      seen.set(video, { live: true, atMs: performance.now(), frames: framesOf(video) });
      update();
    };
    video.addEventListener('loadeddata', moved);
    video.addEventListener('resize', moved);
    video.parentElement.querySelector('button').addEventListener('click', () => {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (video.requestFullscreen) video.requestFullscreen().catch(() => {});
      // Telephones of one make know only this.
      else video.webkitEnterFullscreen?.();
    });
  }

  return {
    show(purpose, track) {
      videos[purpose].srcObject = new MediaStream([track]);
      // It is refused only where nobody has pressed anything yet.
      videos[purpose].play().catch(() => {});
    },
    clear() {
      for (const video of Object.values(videos)) video.srcObject = null;
      seen.clear();
      update();
    },
    /** Looks whether the pictures still move; now and then. */
    refresh() {
      const nowMs = performance.now();
      for (const [video, last] of seen) {
        const frames = framesOf(video);
        if (frames !== last.frames) seen.set(video, { live: true, atMs: nowMs, frames });
        else if (nowMs - last.atMs > STILL_MS) last.live = false;
      }
      update();
    },
  };
}

function framesOf(video) {
  return video.getVideoPlaybackQuality?.().totalVideoFrames ?? video.currentTime;
}
