import { isRtmp, rtmpTarget } from '../media/net/rtmp/target.js';
import { rtmpTransports, type RtmpLink } from '../calls/rtmp/rtmp-link.js';
import { localSignalling } from '../machines/local-signalling.js';
import type { Signalling } from '../machines/signalling.js';
import type { Transport } from '../machines/transport.js';
import type { TelegramSignalling } from '../calls/telegram/index.js';

/** The names of pushes: an address without its key, which is a secret. */
export class RtmpNames {
  readonly #names = new Map<string, string>();

  /** What a call at an address is called; the address itself unless it is for RTMP. @throws VoxError `RTMP_ADDRESS`. */
  of(address: string): string {
    if (!isRtmp(address)) return address;
    const { shown } = rtmpTarget(address);
    const taken = new Set([...this.#names].filter(([other]) => other !== address).map(([, name]) => name));
    for (let n = 1; ; n++) {
      const name = n === 1 ? `${shown}/***` : `${shown}/***#${n}`;
      if (taken.has(name)) continue;
      this.#names.set(address, name);
      return name;
    }
  }
}

/** The two halves of a push, as the call's machine takes them. */
export interface RtmpHalves {
  readonly signalling: Signalling;
  readonly createTransport: () => Transport;
}

/** A push to an address. */
export function rtmpCall(address: string, link: RtmpLink): RtmpHalves {
  return { signalling: localSignalling(), createTransport: rtmpTransports(link, () => ({ url: address })) };
}

/** A push into a call of Telegram that is fed by RTMP: where to, an admin is told anew for every attempt. */
export function telegramRtmpCall(signalling: TelegramSignalling, link: RtmpLink): RtmpHalves {
  let place: { readonly url: string; readonly key: string } | undefined;
  return {
    signalling: {
      resolve: (address, signal) => signalling.resolve(address, signal),
      join: async (_ref, _params, _self, signal) => {
        place = await signalling.rtmpPlace(signal);
        return { answer: { kind: 'local' } };
      },
      // Nobody joins: a stream that ends is all that the server sees.
      leave: async () => {},
      edit: async () => {},
      updates: () => signalling.updates(),
    },
    createTransport: rtmpTransports(link, () => place!),
  };
}
