import type { TlObject } from '../tl/codec.js';
import { type GroupCall, RpcFault } from '../world/model.js';
import { type RpcContext, type RpcHandler, signedIn } from './context.js';
import { ownParticipant } from './calls.js';

const PART_MS = 1000;
/** Known limit of one answer (https://core.telegram.org/api/files: 1 MB, and parts of 4 KB). */
const MOST_BYTES = 1024 * 1024;

function callOf(context: RpcContext, input: TlObject): GroupCall {
  const me = signedIn(context);
  const call = context.world.callOf(me.id, input);
  // Only where the broadcast is (the facts' section 3.10).
  if (context.key && context.key.dc !== context.world.streamDc) throw new RpcFault(303, `CALL_MIGRATE_${context.world.streamDc}`);
  if (!ownParticipant(call, me.id)) throw new RpcFault(400, 'GROUPCALL_JOIN_MISSING');
  return call;
}

/**
 * Broadcasts of calls. A list of channels there is for those that are fed by RTMP alone: of others tdesktop never asks for one, their parts are
 * named by the server's clock. Beliefs, from tdesktop (calls_group_call.cpp, broadcastPartStart), tweb and tgcalls (StreamingMediaContext.cpp): parts of
 * a second that begin at whole ones; TIME_TOO_BIG for one that is not made yet; anything else that is wrong lets clients ask anew.
 */
export const broadcastMethods: Record<string, RpcHandler> = {
  'phone.GetGroupCallStreamChannels': (context, request) => {
    const call = callOf(context, request['call'] as TlObject);
    const newest = Math.max(0, ...(call.parts?.keys() ?? []));
    const channels =
      newest === 0 || !call.rtmp ? [] : [{ _: 'GroupCallStreamChannel', channel: 1, scale: 0, lastTimestampMs: BigInt(newest) }];
    return { _: 'phone.GroupCallStreamChannels', channels };
  },
  'upload.GetFile': (context, request) => {
    const location = request['location'] as TlObject;
    if (location._ !== 'InputGroupCallStream') throw new RpcFault(400, 'LOCATION_INVALID');
    const limit = request['limit'] as number;
    if (limit % 4096 !== 0 || limit <= 0 || limit > MOST_BYTES || request['offset'] !== 0n)
      throw new RpcFault(400, 'LIMIT_INVALID');
    const call = callOf(context, location['call'] as TlObject);
    const timeMs = Number(location['timeMs']);
    if (location['scale'] !== 0) throw new RpcFault(400, 'SCALE_INVALID');
    const unified = location['videoChannel'] === 1 && location['videoQuality'] === 2;
    if (call.rtmp !== unified) throw new RpcFault(400, 'VIDEO_CHANNEL_INVALID');
    if (timeMs % PART_MS !== 0) throw new RpcFault(400, 'TIME_INVALID');
    if (timeMs > Math.max(0, ...(call.parts?.keys() ?? []))) throw new RpcFault(400, 'TIME_TOO_BIG');
    const part = call.parts?.get(timeMs);
    if (!part) throw new RpcFault(400, 'TIME_INVALID');
    return { _: 'upload.File', type: { _: 'storage.FileUnknown' }, mtime: context.world.nowSec(), bytes: part };
  },
};
