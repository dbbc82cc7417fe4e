import { VoxError, voxError } from '../../errors.js';
import type { CallRequest } from '../call-media.js';
import { TelegramControls } from './controls.js';
import { problemOf, telegramFailure } from './failures.js';
import type { TelegramSignalling } from './signalling.js';

/** What is done by words with Telegram, and not by the media side. */
const BY_WORDS = new Set([
  'participant.mute',
  'participant.volume',
  'participant.kick',
  'call.title',
  'call.record',
  'call.invite',
  'call.start',
  'call.end',
  'chat.send',
]);

/** Whether a request to a Telegram call is done by {@link steerTelegram}. */
export function isByWords({ type }: CallRequest): boolean {
  return BY_WORDS.has(type);
}

/** Does what somebody asks of a Telegram call. @throws VoxError with what Telegram has to say. */
export async function steerTelegram(signalling: TelegramSignalling, request: CallRequest): Promise<null> {
  const refuse = (reason: string): never => {
    throw voxError('COMMAND_REFUSED', { command: request.type, reason });
  };
  const { found } = signalling;
  if (!found) return refuse('the call is not joined yet');
  const controls = new TelegramControls(found.port, found.place);
  const text = (field: string): string => String(request[field]);
  try {
    switch (request.type) {
      case 'participant.mute':
        await controls.editParticipant(text('participantId'), { muted: request['muted'] === true });
        break;
      case 'participant.volume':
        await controls.editParticipant(text('participantId'), { volume: Number(request['percent']) / 100 });
        break;
      case 'participant.kick':
        return refuse('Telegram removes nobody from a call but with a ban from the group; mute him instead');
      case 'call.title':
        await controls.setTitle(text('title'));
        break;
      case 'call.record':
        await controls.record(request['on'] === true, typeof request['title'] === 'string' ? { title: request['title'] } : {});
        break;
      case 'call.invite':
        await controls.invite(request['users'] as readonly string[]);
        break;
      case 'call.start':
        await controls.start();
        break;
      case 'call.end':
        await controls.end();
        break;
      case 'chat.send':
        if (request['to'] !== undefined) return refuse('in a group everybody reads what is written');
        await controls.say(text('text'));
        break;
      default:
    }
  } catch (error) {
    if (error instanceof VoxError) throw error;
    const about = { peer: found.place.chat.title };
    throw new VoxError(problemOf(telegramFailure(error, about), about));
  }
  return null;
}
