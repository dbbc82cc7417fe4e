// What this page sends: microphone, camera and screen, each switched by itself, on one connection.
import { keepConnected } from './connection.js';

const NAMES = { audio: 'microphone', camera: 'camera', screen: 'screen' };

/**
 * @param {(how: object) => Promise<{ close(): void, send(purpose: string, track?: MediaStreamTrack): Promise<void> }>} connectTo makes the
 *   connection; given `tracks`, `signal` and `onLost`
 * @param {() => void} changed told when the state of anything has changed
 */
export function createShare(connectTo, changed) {
  const items = Object.fromEntries(Object.keys(NAMES).map((purpose) => [purpose, { wanted: false, track: undefined }]));
  let state = 'off';
  let problem;
  let present;

  const tracksOf = () => Object.fromEntries(Object.entries(items).map(([purpose, { track }]) => [purpose, track]));
  const connection = keepConnected(
    async (how) => {
      const sent = tracksOf();
      const made = await connectTo({ ...how, tracks: sent });
      present = made;
      // What was switched while it connected.
      for (const [purpose, { track }] of Object.entries(items)) if (track !== sent[purpose]) await made.send(purpose, track);
      return {
        close() {
          if (present === made) present = undefined;
          made.close();
        },
      };
    },
    (next, reason) => {
      state = next;
      problem = reason ?? (next === 'off' ? problem : undefined);
      if (next === 'off') for (const purpose of Object.keys(items)) drop(purpose);
      changed();
    },
  );

  const drop = (purpose) => {
    const item = items[purpose];
    item.wanted = false;
    item.track?.stop();
    item.track = undefined;
  };

  const stop = (purpose) => {
    if (!items[purpose].wanted) return;
    drop(purpose);
    if (Object.values(items).some(({ wanted }) => wanted)) {
      present?.send(purpose, undefined).catch(() => {});
      changed();
    } else connection.stop();
  };

  const start = async (purpose) => {
    const item = items[purpose];
    item.wanted = true;
    problem = undefined;
    changed();
    let track;
    try {
      track = await open(purpose);
    } catch (error) {
      drop(purpose);
      problem = error.message;
      // Nothing else is sent either: whoever waited for the first need not wait.
      if (!Object.values(items).some(({ wanted }) => wanted)) connection.stop();
      return changed();
    }
    if (!item.wanted) return track.stop();
    item.track = track;
    track.addEventListener('ended', () => {
      if (item.track !== track) return;
      stop(purpose);
      // The browser's own button ends a shared screen: that is nothing to complain about.
      if (purpose !== 'screen') problem = `The ${NAMES[purpose]} was taken away.`;
      changed();
    });
    if (!connection.wanted) connection.start();
    else await present?.send(purpose, track).catch(() => {});
    changed();
  };

  return {
    start,
    stop,
    /** Whether it is on, or on its way. */
    wanted: (purpose) => items[purpose].wanted,
    /** `off`, `wait` or `on`. */
    stateOf: (purpose) => (!items[purpose].wanted ? 'off' : state === 'on' && items[purpose].track ? 'on' : 'wait'),
    track: (purpose) => items[purpose].track,
    get problem() {
      return problem;
    },
    /** What went wrong has been read. */
    forget: () => (problem = undefined),
    renew: () => connection.renew(),
  };
}

/** Whether this browser can share a screen: those of phones cannot. */
export const canShareScreen = () => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

async function open(purpose) {
  const name = NAMES[purpose];
  const { mediaDevices } = navigator;
  if (!mediaDevices) throw new Error(`A ${name} needs https, or localhost.`);
  try {
    if (purpose === 'audio') {
      const stream = await mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
      return stream.getAudioTracks()[0];
    }
    const stream =
      purpose === 'camera'
        ? await mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } })
        : await mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15 } }, audio: false });
    const [track] = stream.getVideoTracks();
    // What is written on a screen shall be read.
    track.contentHint = purpose === 'screen' ? 'detail' : 'motion';
    return track;
  } catch (error) {
    throw new Error(reasonOf(name, error), { cause: error });
  }
}

function reasonOf(name, error) {
  if (error?.name === 'NotAllowedError') return `The browser was not allowed to use the ${name}.`;
  if (error?.name === 'NotFoundError') return `No ${name} was found.`;
  return `The ${name} cannot be used: ${error.message}`;
}
