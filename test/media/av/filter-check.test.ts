import { describe, expect, test } from 'vitest';
import { checkFilterChain } from '../../../src/media/av/filter-check.js';
import { measureFilterDelay } from '../../../src/media/av/filter-delay.js';
import { readFilterText } from '../../../src/media/av/filter-syntax.js';

const reasons = (text: string) => checkFilterChain(text).map((found) => (found.kind === 'wrong' ? found.reason : found.name));

describe('the text of a filter chain', () => {
  test('is read with its quotes, escapes and labels', () => {
    const text = "[in] volume@x = 0.5 , aeval='val(0)|val(1)':c=same [a]; [a]pan='stereo|c0=c0\\,x'[out]";
    expect(readFilterText(text)).toEqual({
      kind: 'filters',
      filters: [
        { name: 'volume', args: ' 0.5', options: [{ key: '', value: '0.5' }] },
        {
          name: 'aeval',
          args: 'val(0)|val(1):c=same',
          options: [
            { key: '', value: 'val(0)|val(1)' },
            { key: 'c', value: 'same' },
          ],
        },
        { name: 'pan', args: 'stereo|c0=c0\\,x', options: [{ key: '', value: 'stereo|c0=c0,x' }] },
      ],
    });
  });

  test.each([
    'volume=0.5',
    'aecho=0.8:0.9:50:0.5,volume=2',
    '[in]asplit[a][b];[a]adelay=100[c];[b][c]amix[out]',
    'afirsrc=taps=1025[ir];[in][ir]afir',
    "firequalizer=gain='if(lt(f,1000),0,-INF)'",
    'superequalizer',
    'aformat=channel_layouts=5.1',
  ])('%s is right', (text) => expect(reasons(text)).toEqual([]));

  test.each([
    ['', 'it names no filter'],
    ['volume=1,', 'a filter is missing at its end'],
    ['[a', 'the bracket at "[a" is not closed'],
    ["volume='1", 'the quote in "volume=\'1" is not closed'],
    ['aehco', 'aehco'],
    ['scale=10:10', 'the filter "scale" is for pictures, not for sound'],
    ['aecho=in_gian=0.5', 'the filter "aecho" has no option "in_gian". Did you mean "in_gain"?'],
    ['aecho=in_gain=3', 'option "in_gain" of filter "aecho" cannot be "3"; it goes from 0 to 1'],
    ['amovie=/etc/hostname', 'the filter "amovie" is not allowed: it reads a file; use a source.file node and a mixer'],
    ['asendcmd=c=x', 'the filter "asendcmd" is not allowed: it may read a file; send commands to the node while it runs'],
    ['firequalizer=dumpfile=/tmp/x', 'option "dumpfile" of filter "firequalizer" names a file, which a chain may not use'],
    [
      'amix',
      'one input of its filters is left open, and the chain may have only one: join sounds from labels, such as [in]asplit[a][b]',
    ],
    ['asplit', 'one output of its filters is left open, and the chain may have only one: mix them, such as [a][b]amix'],
  ])('%s is answered: %s', (text, reason) => expect(reasons(text)).toEqual([reason]));

  test('tells of every filter that is wrong', () => {
    expect(reasons('volume=foo=1,nosuch,scale')).toHaveLength(3);
  });

  test('a file is refused also by place, where the option has no name', () => {
    expect(reasons('firequalizer=a:b:0.01:0.01:0:0:0:0:0:/tmp/voxgraph-dump')).not.toEqual([]);
    expect(reasons('volume=/volume=/etc/hostname')).not.toEqual([]);
  });
});

describe('the delay of a filter chain', () => {
  test.each([
    ['volume=0.5', 0],
    ['aecho=0.8:0.9:50:0.5', 0],
    ['asetnsamples=4096', 4032],
    ['loudnorm', 144_016],
  ])('of %s is %d samples', (text, samples) => expect(measureFilterDelay(text, 1)).toEqual({ kind: 'delay', samples }));

  test.each(['atempo=2', 'atempo=0.5', 'atempo=1.02', 'areverse', 'aloop=loop=-1:size=48000', 'asetrate=44100'])(
    'of %s is none that a stream could have',
    (text) => expect(measureFilterDelay(text, 1).kind).toBe('wrong'),
  );
});
