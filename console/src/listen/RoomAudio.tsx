import { useEffect, useRef, useState } from 'react';
import { keepConnected } from '../../../src/calls/room/page/connection.js';
import { createParticipantId } from '../../../src/calls/room/page/participant-id.js';
import { connect } from '../../../src/calls/room/page/whip-whep.js';
import { token } from '../app/address.js';
import { noteLine } from '../live/log.js';
import { Button } from '../ui/Button.js';

type LinkState = 'off' | 'wait' | 'on';

// One person, one id: the server leaves a person's own voice out of what he hears.
const participant = createParticipantId();

/** Listen and Speak in the room of a call. */
export function RoomAudio({ call }: { call: string | undefined }) {
  if (!call?.startsWith('room:')) return null;
  return <RoomButtons key={call} room={call.slice('room:'.length)} />;
}

function RoomButtons({ room }: { room: string }) {
  const listen = useLink(async (how, sound) =>
    connect('whep', {
      room,
      participant,
      token,
      ...how,
      onTrack: (track, purpose) => {
        if (purpose !== 'audio') return;
        sound.srcObject = new MediaStream([track]);
        // It is refused only where nobody has pressed anything yet.
        sound.play().catch(() => {});
      },
    }),
  );
  const speak = useLink(async (how) => {
    const audio = await openMicrophone();
    const connection = await connect('whip', { room, participant, token, ...how, tracks: { audio } });
    return {
      close() {
        audio.stop();
        connection.close();
      },
    };
  });
  return (
    <div className="room-audio">
      <Button
        icon="listen"
        label={listen.state === 'on' ? 'Listening' : 'Listen'}
        on={listen.state === 'on'}
        aria-busy={listen.state === 'wait'}
        onClick={listen.toggle}
      />
      <Button
        icon="mic"
        label={speak.state === 'on' ? 'Speaking' : 'Speak'}
        on={speak.state === 'on'}
        aria-busy={speak.state === 'wait'}
        onClick={speak.toggle}
      />
      <span className="hidden" role="status">
        {listen.problem ?? speak.problem ?? ''}
      </span>
    </div>
  );
}

type Open = (
  how: { signal: AbortSignal; onLost: (reason: string) => void },
  sound: HTMLAudioElement,
) => Promise<{ close(): void }>;

function useLink(open: Open) {
  const [shown, setShown] = useState<{ state: LinkState; problem: string | undefined }>({ state: 'off', problem: undefined });
  const link = useRef<{ start(): void; stop(): void; readonly wanted: boolean }>(undefined);
  const sound = useRef<HTMLAudioElement>(undefined);
  useEffect(() => () => link.current?.stop(), []);
  const toggle = () => {
    sound.current ??= new Audio();
    link.current ??= keepConnected(
      (how: Parameters<Open>[0]) => open(how, sound.current!),
      (state: LinkState, problem?: string) => {
        setShown({ state, problem });
        if (problem) noteLine('warning', problem);
        if (state === 'off') sound.current!.srcObject = null;
      },
    );
    if (link.current.wanted) link.current.stop();
    else link.current.start();
  };
  return { ...shown, toggle };
}

async function openMicrophone(): Promise<MediaStreamTrack> {
  if (!navigator.mediaDevices) throw new Error('A microphone needs https, or localhost.');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  return stream.getAudioTracks()[0]!;
}
