import type { BroadcastSource } from './broadcast.js';
import type { CallPlace } from './find-call.js';
import { asLong, type TelegramPort } from './port.js';

/** As native clients and web clients ask (tdesktop, tweb). */
const [AUDIO_LIMIT, UNIFIED_LIMIT] = [128 * 1024, 512 * 1024];
/** The channel of sound with pictures, and its best quality (tdesktop). */
const UNIFIED = { videoChannel: 1, videoQuality: 2 } as const;
/** Parts of a second. */
const SCALE = 0;

/**
 * Asks Telegram for a broadcast: at the data centre that the call names.
 *
 * @param rtmp whether the call is fed by RTMP: then the parts have sound and pictures in one, and the list of its channels says how far it is.
 *   Else parts are named by the server's clock (tdesktop requestCurrentTimeStart, tgcalls StreamingMediaContext.cpp).
 * @param serverMs that clock; undefined: it is not known.
 */
export function broadcastSource(
  at: (signal: AbortSignal) => Promise<{ readonly port: TelegramPort; readonly place: CallPlace }>,
  rtmp: boolean,
  serverMs: () => number | undefined,
): BroadcastSource {
  return {
    newestMs: async (dcId, signal) => {
      const nowMs = rtmp ? undefined : serverMs();
      if (nowMs !== undefined) return nowMs;
      const { port, place } = await at(signal);
      const request = new port.api.phone.GetGroupCallStreamChannels({ call: place.input });
      const { channels } = await port.invoke(request, { signal, ...dcOf(place, dcId) });
      const own = channels.filter(({ channel }) => channel === UNIFIED.videoChannel);
      // tdesktop takes the first of the list, whatever its number.
      return Math.max(0, ...(own.length > 0 ? own : channels.slice(0, 1)).map(({ lastTimestampMs }) => Number(lastTimestampMs)));
    },
    part: async (timeMs, dcId, signal) => {
      const { port, place } = await at(signal);
      const location = new port.api.InputGroupCallStream({
        call: place.input,
        timeMs: asLong(BigInt(timeMs)),
        scale: SCALE,
        ...(rtmp && UNIFIED),
      });
      const request = new port.api.upload.GetFile({
        location,
        offset: asLong('0'),
        limit: rtmp ? UNIFIED_LIMIT : AUDIO_LIMIT,
      });
      const got = await port.invoke(request, { signal, ...dcOf(place, dcId) });
      if (got.className !== 'upload.File') throw new Error(`a part of the broadcast is answered by ${got.className}`);
      return Buffer.from(got.bytes);
    },
  };
}

function dcOf({ call }: CallPlace, given: number | undefined): { readonly dcId?: number } {
  const dcId = given ?? call.streamDcId;
  return dcId == null ? {} : { dcId };
}
