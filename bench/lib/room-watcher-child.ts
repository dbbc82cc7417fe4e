// Watches a room by WHEP: takes its packets, reports on them, decodes nothing. Prints `{}` once it is connected, and its figures for each
// line on its standard input, with which it ends. Arguments: the room's server, the room.
import { createInterface } from 'node:readline';
import {
  RTCPeerConnection,
  useAbsSendTime,
  useH264,
  useNACK,
  useOPUS,
  usePLI,
  useSdesMid,
  useTransportWideCC,
  useTWCC,
  useVP8,
} from 'werift';

const [origin, room] = process.argv.slice(2);
const feedback = { rtcpFeedback: [useTWCC(), useNACK(), usePLI()] };
const connection = new RTCPeerConnection({
  codecs: { audio: [useOPUS()], video: [useVP8(feedback), useH264(feedback)] },
  headerExtensions: { audio: [useSdesMid()], video: [useSdesMid(), useAbsSendTime(), useTransportWideCC()] },
  iceServers: [],
});
const seen = { soundPackets: 0, packets: 0, frames: 0 };
connection.onTrack.subscribe((track) =>
  track.onReceiveRtp.subscribe(({ header }) => {
    if (track.kind === 'audio') seen.soundPackets++;
    else {
      seen.packets++;
      // The last packet of each frame has the marker (RFC 7741 and RFC 6184).
      if (header.marker) seen.frames++;
    }
  }),
);
connection.addTransceiver('audio', { direction: 'recvonly' });
connection.addTransceiver('video', { direction: 'recvonly' });
connection.connectionStateChange.subscribe((state) => {
  if (state === 'connected') console.log('{}');
});
await connection.setLocalDescription(await connection.createOffer());
const response = await fetch(`${origin}/rooms/${room}/whep`, {
  method: 'POST',
  headers: { 'content-type': 'application/sdp' },
  body: connection.localDescription!.sdp,
});
if (response.status !== 201) throw new Error(await response.text());
await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
createInterface(process.stdin)
  .on('line', () => console.log(JSON.stringify(seen)))
  .on('close', () => process.exit());
