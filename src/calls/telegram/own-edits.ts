import type { Api } from 'telegram';
import type { SelfChange } from '../../machines/signalling.js';
import { telegramVolume } from './controls.js';
import type { OwnMute } from './own-rows.js';

/** One change of how we appear: in our words, and as it is asked. */
export interface OwnEdit {
  readonly told: SelfChange;
  readonly asked: Partial<Pick<Api.phone.EditGroupCallParticipant, Asked>>;
}

type Asked = 'muted' | 'volume' | 'raiseHand' | 'videoStopped' | 'presentationPaused';

/**
 * What must be asked so that we appear as wanted; nothing for what the server was told already, or said itself.
 *
 * @param told what it was told last.
 * @param server what it says of our sound; undefined: nothing yet.
 */
export function ownEdits(wanted: SelfChange, told: SelfChange, server: OwnMute | undefined): readonly OwnEdit[] {
  const { volume, handRaised, videoStopped, screenPaused } = wanted;
  // Who joined to speak, and was muted until an admin allowed it, wants to speak still.
  const muted = wanted.muted ?? (told.muted === false ? false : undefined);
  const isMuted = server?.muted ?? told.muted;
  // In vain while an admin does not allow it: no client asks then. It is asked once he does.
  const inVain = muted === false && server?.mayUnmute === false;
  const edits: OwnEdit[] = [];
  if (muted !== undefined && muted !== isMuted && !inVain) edits.push({ told: { muted }, asked: { muted } });
  if (volume !== undefined && volume !== told.volume) edits.push({ told: { volume }, asked: { volume: telegramVolume(volume) } });
  if (handRaised !== undefined && handRaised !== (told.handRaised ?? false))
    edits.push({ told: { handRaised }, asked: { raiseHand: handRaised } });
  if (videoStopped !== undefined && videoStopped !== told.videoStopped)
    edits.push({ told: { videoStopped }, asked: { videoStopped } });
  if (screenPaused !== undefined && screenPaused !== (told.screenPaused ?? false))
    edits.push({ told: { screenPaused }, asked: { presentationPaused: screenPaused } });
  return edits;
}
