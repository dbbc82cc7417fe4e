/**
 * The demuxers that may open a local file: those that read sound out of the one file they are given. Left out are all that
 * open further files or addresses (hls, dash, concat, image2, imf, sdp, rtsp …), devices, subtitle and text readers.
 */
export const INPUT_FORMATS = [
  '3dostr,aa,aac,aax,ac3,ac4,ace,acm,act,adp,ads,adx,aea,afc,aiff,aix,alp,amr,amrnb,amrwb,apc,ape,apm,aptx,aptx_hd,asf,asf_o',
  'ast,au,avi,avr,bfstm,bit,boa,brstm,caf,dfpwm,dhav,dsf,dss,dts,dtshd,dv,dxa,eac3,epaf,flac,flv,fsb,fwse,g722,g723_1,g726,g726le',
  'g728,g729,gsm,hca,hcom,iamf,ifv,ilbc,ircam,iss,kvag,live_flv,loas,lvf,matroska,webm,mca,mlp,mmf,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc',
  'mpc8,mpeg,mpegts,msf,mtaf,musx,mxf,nist,nistsphere,nsp,nut,nuv,ogg,oma,osq,paf,pvf,qcp,qoa,rm,rso,s337m,sbc,sds,sdx,shn,sln,sol',
  'sox,spdif,svag,svs,tak,truehd,tta,vag,voc,vpk,vqf,w64,wav,wsaud,wsd,wtv,wv,wve,xa,xvag,xwma',
].join(',');

/** Containers that state their own length, so that a shorter stream has been cut off. (For wav see `wav-length.ts`.) */
const STATES_LENGTH = /^(w64|aiff|caf|au|flac|mov|matroska|wv|tta|ape|tak)\b/;

/**
 * True when the declared duration of a file is stated by its header rather than estimated from its size.
 *
 * @param container FFmpeg's name of the demuxer.
 * @param startTimeTicks the stream's first timestamp: for mp3 it is above 0 when there is a LAME header, which states the length.
 */
export function statesLength(container: string, startTimeTicks: bigint): boolean {
  return STATES_LENGTH.test(container) || (container === 'mp3' && startTimeTicks > 0n);
}

const SNIFFS: readonly (readonly [RegExp, string])[] = [
  [/^\s*#EXTM3U/, 'it is a playlist, not a media file'],
  [/^\s*ffconcat /, 'it is a list of files, not a media file'],
  [/^\s*\[playlist\]/i, 'it is a playlist, not a media file'],
  [/^\s*v=0\r?\n/, 'it is a session description (SDP), not a media file'],
  [/<(MPD|smil|asx|playlist|SmoothStreamingMedia)\b/i, 'it is a playlist, not a media file'],
  [/^\s*<(!doctype html|html)/i, 'it is a web page, not a media file'],
  [/^(PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b)/, 'it is an archive, not a media file'],
  [/^%PDF/, 'it is a PDF document, not a media file'],
];

/**
 * Why a file that FFmpeg refused is no media file, judged by its first bytes; undefined when they say nothing.
 *
 * @param head the first bytes of the file; a few hundred are enough.
 */
export function refusalReason(head: Uint8Array): string | undefined {
  const text = Buffer.from(head).toString('latin1');
  for (const [pattern, reason] of SNIFFS) if (pattern.test(text)) return reason;
  if (text.slice(4, 8) === 'ftyp') return 'it is an MP4 file without its index, so probably incomplete';
  if (head.length > 0 && head.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13))) return 'it is a text file';
  if (head.length > 0 && head.every((byte) => byte === 0)) return 'it holds nothing but zeros';
  return undefined;
}
