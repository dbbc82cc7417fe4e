import { filter, map, type Observable, Subject, tap } from 'rxjs';
import { reasonOf, VoxError } from '../../errors.js';
import { CallError, callFailure } from '../../machines/failure.js';
import type {
  Joined,
  Membership,
  ParticipantInfo,
  ParticipantVideo,
  SelfChange,
  Signalling,
  SignallingUpdate,
} from '../../machines/signalling.js';
import type { Transport, TransportAnswer, TransportEvent, TransportParams } from '../../machines/transport.js';
import type { VideoPurpose } from '../../media/gateway-video.js';
import type { CallEvent, CallRequest } from '../call-media.js';
import type { FetchedPart } from './broadcast.js';
import { listenInstead } from './broadcast-link.js';
import { ScreenSounds } from './screen-sounds.js';

/** The way from the control plane to a call's media side, wherever that runs. */
export interface MediaLink {
  /** Asks the media side; rejects with a VoxError. */
  request(request: CallRequest): Promise<unknown>;
  /** What the media side tells. */
  readonly events$: Observable<CallEvent>;
}

/** Signalling that can say whose a source is. */
export interface DescribingSignalling extends Signalling {
  describe(sources: readonly number[], signal: AbortSignal): Promise<readonly ParticipantInfo[]>;
  /** Shows a screen by a second connection. */
  joinPresentation(params: TransportParams, signal: AbortSignal): Promise<TransportAnswer>;
  /** The parts of a broadcast. */
  broadcast(rtmp: boolean): Observable<FetchedPart>;
  /** Takes it away. */
  leavePresentation(signal: AbortSignal): Promise<void>;
}

/** A call's two halves, tied together. */
export interface LinkedCall {
  /** For the call's machine: everything passes, and the media side hears what concerns it. */
  readonly signalling: Signalling;
  /** A transport for each attempt of the machine. */
  readonly createTransport: () => Transport;
  /** Unties them. */
  close(): void;
}

/**
 * Ties a call's signalling to its media side: participants go there as they are told, sources that it does not know are looked up, and it is
 * told whether we are muted.
 */
export function linkCall(signalling: DescribingSignalling, link: MediaLink): LinkedCall {
  const ending = new AbortController();
  /** We may be let in for real now, where we only listen to a broadcast. */
  const mayJoin$ = new Subject<void>();
  let attempts = 0;
  // A media side that is gone has said so itself.
  const ask = (request: CallRequest): void => void link.request(request).catch(() => {});
  const set = ({ participantId, source, name, muted, mutedByUs, volume, video, screen }: ParticipantInfo): void =>
    ask({
      type: 'participant.set',
      participant: {
        participantId,
        source,
        muted,
        ...(name !== undefined && { name }),
        ...(mutedByUs !== undefined && { mutedByUs }),
        ...(volume !== undefined && { volume }),
        ...(video && { video: pictureOf(video) }),
        ...(screen && { screen: pictureOf(screen) }),
      },
    });
  const screens = new ScreenSounds(
    (voice) => ask({ type: 'participant.set', participant: voice }),
    (participantId) => ask({ type: 'participant.left', participantId }),
  );
  const know = (participant: ParticipantInfo): void => {
    set(participant);
    screens.set(participant);
  };
  // What we want, and what the server lets us: what it would not pass on is not sent.
  let [wantsMuted, silenced] = [false, false];
  const appear = ({ muted = wantsMuted }: SelfChange, nowSilenced = silenced): void => {
    if (muted === wantsMuted && nowSilenced === silenced) return;
    [wantsMuted, silenced] = [muted, nowSilenced];
    ask({ type: 'self.set', muted: muted || silenced });
  };
  const hear = (update: SignallingUpdate): void => {
    if (update.type === 'self.allowed') mayJoin$.next();
    if (update.type === 'presentation.dropped' && presents) void present();
    if (update.type === 'participant.joined' || update.type === 'participant.changed') know(update.participant);
    else if (update.type === 'participant.left') {
      screens.remove(update.participantId);
      ask({ type: update.type, participantId: update.participantId });
    } else if (update.type === 'self.muted') appear({ muted: true });
    else if (update.type === 'self.silenced' || update.type === 'self.allowed') appear({}, update.type === 'self.silenced');
  };
  const lookUp = async (sources: readonly number[]): Promise<void> => {
    const unknown = sources.filter((source) => !screens.heard(source));
    if (unknown.length === 0) return;
    const found = await signalling.describe(unknown, ending.signal).catch(() => []);
    for (const participant of found) know(participant);
    const unnamed = unknown.filter((source) => !found.some((one) => one.source === source) && !screens.heard(source));
    if (unnamed.length > 0 && !ending.signal.aborted) ask({ type: 'source.unnamed', sources: unnamed });
  };
  // We join without a picture, as native clients do, and show one as soon as the graph sends it.
  let membership: Membership | undefined;
  let shows = false;
  const show = async (shown: boolean): Promise<void> => {
    shows = shown;
    // A refusal says that pictures are not allowed there; the sound goes on.
    if (membership) await signalling.edit(membership, { videoStopped: !shown }, ending.signal).catch(() => {});
  };
  // The same join once more: where the server only broadcasts, it may let us in later.
  let rejoin: ((signal: AbortSignal) => Promise<Joined>) | undefined;
  // A screen has a connection of its own. If that fails, the media side asks for another one while there is something to show.
  let screen: Transport | undefined;
  let presents = false;
  const dropScreen = (): void => {
    screen?.close();
    screen = undefined;
  };
  const present = async (): Promise<void> => {
    presents = true;
    dropScreen();
    if (!membership) return;
    const transport = (screen = remoteTransport(link, ++attempts, 'screen'));
    try {
      const answer = await signalling.joinPresentation(await transport.open(), ending.signal);
      if (screen === transport) await transport.apply(answer);
    } catch {
      if (screen === transport) dropScreen();
    }
  };
  const unpresent = async (): Promise<void> => {
    presents = false;
    dropScreen();
    if (membership) await signalling.leavePresentation(ending.signal).catch(() => {});
  };
  const told = link.events$.subscribe((event) => {
    if (event.type === 'source.unknown') void lookUp(event['sources'] as readonly number[]);
    else if (event.type === 'video.began') void (event['purpose'] === 'camera' ? show(true) : present());
    else if (event.type === 'video.ended') void (event['purpose'] === 'camera' ? show(false) : unpresent());
  });
  return {
    signalling: {
      resolve: (address, signal) => signalling.resolve(address, signal),
      join: async (ref, params, self, signal) => {
        const enter = (as: SelfChange, ended: AbortSignal): Promise<Joined> =>
          signalling.join(ref, params, { ...as, videoStopped: as.videoStopped ?? !shows }, ended);
        const joined = await enter(self, signal);
        // Whether we are muted may have changed meanwhile.
        rejoin = (ended) => enter({ ...self, muted: wantsMuted }, ended);
        membership = { ref, source: params.source };
        // The server has dropped the screen with the place it belonged to.
        dropScreen();
        if (presents) void present();
        appear(self);
        return joined;
      },
      leave: (left, signal) => {
        membership = undefined;
        dropScreen();
        return signalling.leave(left, signal);
      },
      edit: async (edited, self, signal) => {
        await signalling.edit(edited, self, signal);
        appear(self);
        if (self.muted === false) mayJoin$.next();
      },
      updates: (ref) => signalling.updates(ref).pipe(tap(hear)),
    },
    createTransport: () => {
      const attempt = ++attempts;
      return listenInstead(remoteTransport(link, attempt, 'camera'), {
        parts: (rtmp) => signalling.broadcast(rtmp),
        take: ({ timeMs, data }) => ask({ type: 'broadcast.part', attempt, timeMs, data: data.toString('base64') }),
        mayJoin$,
        rejoin: (signal) => rejoin!(signal),
      });
    },
    close: () => {
      ending.abort();
      dropScreen();
      told.unsubscribe();
    },
  };
}

function pictureOf({ endpoint, sourceGroups, paused }: ParticipantVideo) {
  return { endpoint, sourceGroups, paused };
}

/** A transport whose connection is on the media side, reached by messages. */
function remoteTransport(link: MediaLink, attempt: number, purpose: VideoPurpose): Transport {
  const ask = async (request: CallRequest): Promise<unknown> => {
    try {
      return await link.request(request);
    } catch (thrown) {
      throw typed(thrown);
    }
  };
  return {
    open: async () => (await ask({ type: 'transport.open', attempt, purpose })) as TransportParams,
    apply: async (answer) => void (await ask({ type: 'transport.apply', attempt, answer })),
    events$: link.events$.pipe(
      filter((event) => event.type === 'transport.event' && event['attempt'] === attempt),
      map((event) => event['event'] as TransportEvent),
    ),
    close: () => void link.request({ type: 'transport.close', attempt }).catch(() => {}),
  };
}

/** What a media side could not do, as the call's machine takes it. An address that this machine has not got stays wrong. */
function typed(thrown: unknown): CallError {
  if (!(thrown instanceof VoxError))
    return new CallError(callFailure('CALL_STEP_FAILED', { step: 'reach its media', reason: reasonOf(thrown) }, 'backoff'));
  const { code, message } = thrown.problems[0]!;
  const lasting = code === 'ADDRESS_UNAVAILABLE' || code === 'HOST_CLOSED';
  return new CallError({ code, message, retry: lasting ? 'never' : 'backoff' });
}
