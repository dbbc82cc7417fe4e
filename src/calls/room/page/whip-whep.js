// One connection to the room by WHIP (speak) or WHEP (listen): an SDP offer by HTTP POST, ended by DELETE.

/** The server refused, or could not be reached. */
export class RefusedError extends Error {}

/**
 * @param {'whip' | 'whep'} kind what the connection is for
 * @param {{ room: string, participant: string, token?: string, track?: MediaStreamTrack, onTrack?: (stream: MediaStream) => void, onLost: (reason: string) => void }} options
 * @returns {Promise<{ close(): void, pc: RTCPeerConnection }>} an open connection
 */
export async function connect(kind, { room, participant, token, track, onTrack, onLost }) {
  const pc = new RTCPeerConnection();
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  let resource;
  let closed = false;

  const close = () => {
    if (closed) return;
    closed = true;
    pc.close();
    // `keepalive` lets the goodbye out although the page is going away.
    if (resource) void fetch(resource, { method: 'DELETE', headers, keepalive: true }).catch(() => {});
  };
  const lose = (reason) => {
    if (closed) return;
    close();
    onLost(reason);
  };

  const transceiver = pc.addTransceiver(track ?? 'audio', { direction: track ? 'sendonly' : 'recvonly' });
  if (track) limitBitrate(transceiver.sender);
  pc.ontrack = (event) => onTrack?.(event.streams[0] ?? new MediaStream([event.track]));
  let lostTimer;
  pc.onconnectionstatechange = () => {
    clearTimeout(lostTimer);
    if (pc.connectionState === 'failed' || pc.connectionState === 'closed') lose('the connection was lost');
    // A short break heals by itself.
    if (pc.connectionState === 'disconnected') lostTimer = setTimeout(() => lose('the connection was lost'), 3000);
  };

  try {
    const offer = await pc.createOffer();
    await pc.setLocalDescription({ type: 'offer', sdp: stereo(offer.sdp) });
    await gathered(pc);
    const response = await fetch(`/rooms/${room}/${kind}?participant=${participant}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/sdp' },
      body: pc.localDescription.sdp,
    });
    if (!response.ok) throw new RefusedError(await reasonOf(response));
    resource = response.headers.get('location');
    await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    await connected(pc);
  } catch (error) {
    close();
    throw error instanceof TypeError ? new RefusedError('the server cannot be reached') : error;
  }
  return { close, pc };
}

/** Asks for stereo music; browsers offer Opus in mono otherwise. */
function stereo(sdp) {
  const payloadType = /a=rtpmap:(\d+) opus\/48000/i.exec(sdp)?.[1];
  if (!payloadType) return sdp;
  return sdp.replace(new RegExp(`(a=fmtp:${payloadType} [^\\r\\n]*)`), (line) =>
    line.includes('stereo=1') ? line : `${line};stereo=1`,
  );
}

function limitBitrate(sender) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return;
  parameters.encodings[0].maxBitrate = 48_000;
  void sender.setParameters(parameters).catch(() => {});
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
    const timer = setTimeout(() => reject(new RefusedError('no network path to the server was found')), 10_000);
    const look = () => {
      if (pc.connectionState === 'connected') resolve();
      else if (pc.connectionState === 'failed' || pc.connectionState === 'closed')
        reject(new RefusedError('the connection failed'));
      else return;
      clearTimeout(timer);
    };
    pc.addEventListener('connectionstatechange', look);
    look();
  });
}

async function reasonOf(response) {
  try {
    const { error } = await response.json();
    return error.fix ? `${error.message} ${error.fix}` : error.message;
  } catch {
    return `the server answered ${response.status}`;
  }
}
