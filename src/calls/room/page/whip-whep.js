// One connection to the room by WHIP (speak, show) or WHEP (listen, watch): an SDP offer by HTTP POST, ended by DELETE.

const CONNECT_LIMIT_MS = 10_000;
/** A break of the network this short heals by itself. */
const BREAK_MS = 3000;
/** What a connection has, in the order of its sections: the room takes the first video for the camera's, the second for the screen's. */
const PURPOSES = ['audio', 'camera', 'screen'];
/** Most bits a second of what is sent. */
const MAX_BITRATES = { audio: 48_000, camera: 1_500_000, screen: 2_500_000 };

/** The server refused, or could not be reached. */
export class RefusedError extends Error {
  /** @param {string} message @param {{ final?: boolean, retryAfterMs?: number }} [how] */
  constructor(message, { final = false, retryAfterMs } = {}) {
    super(message);
    /** Asking again would not help. */
    this.final = final;
    /** The server's own wish. */
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * @param {'whip' | 'whep'} kind what the connection is for
 * @param {{ room: string, participant?: string, token?: string, tracks?: { audio?: MediaStreamTrack, camera?: MediaStreamTrack,
 *   screen?: MediaStreamTrack }, signal?: AbortSignal, onTrack?: (track: MediaStreamTrack, purpose: 'audio' | 'camera' | 'screen') => void,
 *   onLost: (reason: string) => void }} options `tracks` are sent by WHIP, `onTrack` gets those of WHEP; `signal` gives up while it
 *   connects; `onLost` is called at most once, and not after `close`
 * @returns {Promise<{ close(): void, send(purpose: 'audio' | 'camera' | 'screen', track?: MediaStreamTrack): Promise<void>,
 *   pc: RTCPeerConnection }>} an open connection; `send` begins, changes or ends what is sent, without a new offer
 */
export async function connect(kind, { room, participant, token, tracks = {}, signal, onTrack, onLost }) {
  const pc = new RTCPeerConnection();
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  let resource;
  let over = false;
  let breakTimer;

  const end = () => {
    if (over) return false;
    over = true;
    clearTimeout(breakTimer);
    return true;
  };
  const close = () => {
    if (!end()) return;
    if (!resource) return pc.close();
    // First the goodbye: the server would not know the connection any more. `keepalive` lets it out although the page goes away.
    fetch(resource, { method: 'DELETE', headers, keepalive: true })
      .catch(() => {})
      .finally(() => pc.close());
  };
  const lose = () => {
    if (!end()) return;
    pc.close();
    onLost('the connection was lost');
  };

  const transceivers = PURPOSES.map((purpose) => {
    const media = purpose === 'audio' ? 'audio' : 'video';
    if (kind === 'whep') return pc.addTransceiver(media, { direction: 'recvonly' });
    const transceiver = pc.addTransceiver(tracks[purpose] ?? media, { direction: 'sendonly' });
    limitBitrate(transceiver.sender, purpose);
    return transceiver;
  });
  pc.ontrack = ({ track, transceiver }) => onTrack?.(track, PURPOSES[transceivers.indexOf(transceiver)]);
  const gaveUp = new Promise((_, reject) => {
    const giveUp = () => reject(new RefusedError('given up'));
    if (signal?.aborted) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
  gaveUp.catch(() => {});
  const unlessAborted = (work) => Promise.race([work, gaveUp]);

  try {
    const offer = await unlessAborted(pc.createOffer());
    await pc.setLocalDescription({ type: 'offer', sdp: stereo(offer.sdp) });
    await unlessAborted(gathered(pc));
    const query = participant ? `?participant=${participant}` : '';
    const response = await post(`/rooms/${encodeURIComponent(room)}/${kind}${query}`, headers, pc.localDescription.sdp);
    resource = response.headers.get('location');
    await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    await unlessAborted(connected(pc));
  } catch (error) {
    close();
    throw error;
  }

  const watch = () => {
    clearTimeout(breakTimer);
    const { connectionState } = pc;
    if (connectionState === 'failed' || connectionState === 'closed') lose();
    else if (connectionState === 'disconnected') breakTimer = setTimeout(lose, BREAK_MS);
  };
  pc.onconnectionstatechange = watch;
  watch();
  // The goodbye of the server ends DTLS; the state of the connection as a whole follows only ten seconds later.
  const { transport } = transceivers[0].receiver;
  transport?.addEventListener('statechange', () => {
    if (transport.state === 'closed' || transport.state === 'failed') lose();
  });
  const send = async (purpose, track) => {
    const { sender } = transceivers[PURPOSES.indexOf(purpose)];
    await sender.replaceTrack(track ?? null);
    // It says goodbye for the stream, so that the room need not wait for what does not come.
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings ?? []) encoding.active = track !== undefined;
    await sender.setParameters(parameters);
  };
  return { close, send, pc };
}

async function post(path, headers, sdp) {
  let response;
  try {
    response = await fetch(path, { method: 'POST', headers: { ...headers, 'content-type': 'application/sdp' }, body: sdp });
  } catch {
    throw new RefusedError('the server cannot be reached');
  }
  if (response.ok) return response;
  const seconds = Number(response.headers.get('retry-after'));
  throw new RefusedError(await reasonOf(response), {
    // A room that is not there may be opened; an offer that was refused would be refused again.
    final: response.status < 500 && response.status !== 404,
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  });
}

/** Asks for stereo music; browsers offer Opus in mono otherwise. */
function stereo(sdp) {
  const payloadType = /a=rtpmap:(\d+) opus\/48000/i.exec(sdp)?.[1];
  if (!payloadType) return sdp;
  return sdp.replace(new RegExp(`(a=fmtp:${payloadType} [^\\r\\n]*)`), (line) =>
    line.includes('stereo=1') ? line : `${line};stereo=1`,
  );
}

function limitBitrate(sender, purpose) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return;
  parameters.encodings[0].maxBitrate = MAX_BITRATES[purpose];
  sender.setParameters(parameters).catch(() => {});
}

function gathered(pc) {
  if (pc.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000);
    pc.addEventListener('icegatheringstatechange', () => {
      if (pc.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function connected(pc) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new RefusedError('no network path to the server was found')), CONNECT_LIMIT_MS);
    const look = () => {
      if (pc.connectionState === 'connected') resolve();
      else if (pc.connectionState === 'failed' || pc.connectionState === 'closed')
        reject(new RefusedError('the connection failed'));
      else return;
      clearTimeout(timer);
      pc.removeEventListener('connectionstatechange', look);
    };
    pc.addEventListener('connectionstatechange', look);
    look();
  });
}

async function reasonOf(response) {
  try {
    const { error } = await response.json();
    return error.message.replace(/\.$/, '');
  } catch {
    return `the server answered ${response.status}`;
  }
}
