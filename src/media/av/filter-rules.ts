/**
 * The filters a chain may use. A list of what is allowed, because a newer FFmpeg may bring filters that nobody has looked at: all of
 * these turn sound into sound, read and write no file, open no address, run no program and never wait.
 */
const ALLOWED = new Set(
  [
    'acompressor acontrast acopy acrossover acrusher adeclick adeclip adecorrelate adelay adenorm aderivative adrc adynamicequalizer',
    'adynamicsmooth aecho aemphasis aeval aevalsrc aexciter afade afdelaysrc afftdn afftfilt afir afireqsrc afirsrc aformat afreqshift',
    'afwtdn agate aiir aintegral alatency alimiter allpass aloop amerge amix amultiply anequalizer anlmdn anlmf anlms anoisesrc anull',
    'anullsrc anullsink apad aphaser aphaseshift apsyclip apulsator arls aresample areverse asetnsamples asetpts asetrate asettb',
    'asoftclip asplit asubboost asubcut asupercut asuperpass asuperstop atempo atilt atrim axcorrelate bandpass bandreject bass biquad',
    'channelmap channelsplit chorus compand compensationdelay crossfeed crystalizer dcshift deesser dialoguenhance dynaudnorm earwax',
    'equalizer extrastereo firequalizer flanger haas hdcd headphone highpass highshelf hilbert join loudnorm lowpass lowshelf mcompand',
    'pan replaygain sidechaincompress sidechaingate silenceremove sinc sine speechnorm stereotools stereowiden superequalizer surround',
    'tiltshelf treble tremolo vibrato virtualbass volume',
  ]
    .join(' ')
    .split(' '),
);

/** Why some filters are refused; the others say only that they are not allowed. */
const REFUSED: Readonly<Record<string, string>> = {
  amovie: 'it reads a file; use a source.file node and a mixer',
  movie: 'it reads a file; use a source.file node and a mixer',
  arnndn: 'it reads a model from a file; use an effect.denoise node with "model"',
  whisper: 'it reads a model from a file and writes its own output',
  ametadata: 'it may write a file',
  arealtime: 'it waits, which would stop every call',
  acue: 'it waits, which would stop every call',
  asendcmd: 'it may read a file; send commands to the node while it runs',
};

/** Options that write a file, by filter: they must stay unset. */
export const FILE_OPTIONS: Readonly<Record<string, readonly string[]>> = { firequalizer: ['dumpfile'] };

/** The names of all allowed filters, sorted. */
export const ALLOWED_FILTERS: readonly string[] = [...ALLOWED].sort();

/** Why a filter of this FFmpeg may not be used; undefined when it may. */
export function refusal(name: string): string | undefined {
  if (ALLOWED.has(name)) return undefined;
  return REFUSED[name] ?? 'it only measures, or nobody has checked that it leaves files and other programs alone';
}
