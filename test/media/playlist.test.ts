import { describe, expect, it } from 'vitest';
import { decodePlaylist, parsePlaylist, playlistFormatOf, type PlaylistFormat } from '../../src/media/playlist.js';

const parse = (text: string, format: PlaylistFormat = 'm3u') => parsePlaylist(text, format);
const paths = (text: string, format: PlaylistFormat = 'm3u') =>
  parse(text, format).entries.map(({ location }) => (location.kind === 'path' ? location.path : location));

describe('the kind of a playlist', () => {
  it.each([
    ['a.m3u', 'm3u'],
    ['/b/A.M3U8', 'm3u'],
    ['x.pls', 'pls'],
    ['x.xspf', 'xspf'],
    ['x.mp3', undefined],
    ['m3u', undefined],
    ['x.constructor', undefined],
    ['a.m3u/x', undefined],
  ])('of %s is %s', (name, format) => expect(playlistFormatOf(name)).toBe(format));
});

describe('the text of a playlist', () => {
  const utf8 = new TextEncoder();
  it('is UTF-8 with or without a byte-order mark', () => {
    expect(decodePlaylist(utf8.encode('Grüße.mp3'))).toBe('Grüße.mp3');
    expect(decodePlaylist(Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8.encode('#EXTM3U')))).toBe('#EXTM3U');
  });
  it('is Latin-1 when it is no UTF-8', () => {
    expect(decodePlaylist(Buffer.from('Grüße.mp3', 'latin1'))).toBe('Grüße.mp3');
    expect(decodePlaylist(Uint8Array.of(0x80, 0x31))).toBe('€1');
  });
  it('is UTF-16 when its mark says so', () => {
    expect(decodePlaylist(Buffer.from('\ufeffä.mp3', 'utf16le'))).toBe('ä.mp3');
    expect(decodePlaylist(Buffer.from('\ufeffä.mp3', 'utf16le').swap16())).toBe('ä.mp3');
  });
  it('may be empty', () => expect(parse(decodePlaylist(new Uint8Array()))).toEqual({ entries: [] }));
});

describe('m3u', () => {
  it('gives paths with their lines and titles', () => {
    const text = '#EXTM3U\r\n#PLAYLIST:Mine\r\n#EXTINF:123,Artist - One, two\r\na/one.mp3\r\n\r\n# a note\r\n  two.mp3  \r\n';
    expect(parse(text)).toEqual({
      title: 'Mine',
      entries: [
        { location: { kind: 'path', path: 'a/one.mp3' }, line: 4, title: 'Artist - One, two' },
        { location: { kind: 'path', path: 'two.mp3' }, line: 7 },
      ],
    });
  });
  it('reads line ends of every system', () => expect(paths('a\nb\r\nc\rd')).toEqual(['a', 'b', 'c', 'd']));
  it('finds the title behind quoted attributes', () => {
    expect(parse('#EXTINF:-1 tvg-name="a, b" x="",Title\nf').entries[0]).toMatchObject({ title: 'Title' });
    expect(parse('#EXTINF:5,\nf').entries[0]).not.toHaveProperty('title');
    expect(parse('#EXTINF:5\nf').entries[0]).not.toHaveProperty('title');
  });
  it("takes VLC's start and stop", () => {
    const text =
      '#EXTVLCOPT:start-time=12.5\n#EXTVLCOPT:stop-time=30\n#EXTVLCOPT:sout=#evil\na\n#EXTVLCOPT:start-time=9\n#EXTVLCOPT:stop-time=3\nb\nc';
    const [a, b, c] = parse(text).entries;
    expect(a).toMatchObject({ startSec: 12.5, endSec: 30 });
    expect(b).toMatchObject({ startSec: 9 });
    expect(b).not.toHaveProperty('endSec');
    expect(c).not.toHaveProperty('startSec');
  });
  it('tells paths from addresses', () => {
    expect(
      parse('http://x/a.mp3\nHTTPS://x/b\nC:\\Music\\a.mp3\na:b.mp3\nfile:///m/%C3%A4%20b.mp3\nfile:/m/c').entries.map(
        (e) => e.location,
      ),
    ).toEqual([
      { kind: 'url', url: 'http://x/a.mp3' },
      { kind: 'url', url: 'HTTPS://x/b' },
      { kind: 'path', path: 'C:\\Music\\a.mp3' },
      { kind: 'path', path: 'a:b.mp3' },
      { kind: 'path', path: '/m/ä b.mp3' },
      { kind: 'path', path: '/m/c' },
    ]);
  });
  it.each(['gopher://x/a', 'ftp://x/a', 'concat://a', 'file://otherhost/share/a'])('does not reach %s', (text) => {
    expect(parse(text).entries[0]!.location).toMatchObject({ kind: 'foreign', text });
  });
  it('refuses HLS, which has the same extension', () => {
    expect(parse('#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n0.ts').error).toContain('HLS');
    expect(parse('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8').error).toContain('HLS');
  });
  it('refuses what is no text', () => expect(parse('a\0b').error).toContain('zero bytes'));
});

describe('pls', () => {
  it('gives files by their numbers, with titles', () => {
    const text = '[playlist]\nNumberOfEntries=3\nFile10=c.mp3\nTitle10=C\nfile2 = b.mp3 \nFile1=a.mp3\nLength1=3\nVersion=2\n';
    expect(parse(text, 'pls').entries).toEqual([
      { location: { kind: 'path', path: 'a.mp3' }, line: 6 },
      { location: { kind: 'path', path: 'b.mp3' }, line: 5 },
      { location: { kind: 'path', path: 'c.mp3' }, line: 3, title: 'C' },
    ]);
  });
  it('passes over other sections and odd keys', () => {
    expect(paths('[other]\nFile1=x\n[PlayList]\nFile=y\nFile1=\nFile2=z\n; File3=w', 'pls')).toEqual(['z']);
  });
  it('must be one', () => expect(parse('hello', 'pls').error).toContain('[playlist]'));
});

describe('xspf', () => {
  const list = (tracks: string) =>
    `<?xml version="1.0"?>\n<playlist version="1" xmlns="http://xspf.org/ns/0/">\n<title>All</title><trackList>\n${tracks}\n</trackList></playlist>`;
  it('gives locations with their lines, titles and creators', () => {
    const tracks =
      '<track>\n <location>\n  a%20b.mp3\n </location>\n <title>B &amp; C</title><creator>Anna</creator>\n</track>\n<track><location>file:///m/x.mp3</location><title>X</title></track>';
    expect(parse(list(tracks), 'xspf')).toEqual({
      title: 'All',
      entries: [
        { location: { kind: 'path', path: 'a b.mp3' }, line: 6, title: 'Anna – B & C' },
        { location: { kind: 'path', path: '/m/x.mp3' }, line: 10, title: 'X' },
      ],
    });
  });
  it('knows prefixes, comments, CDATA, character references and empty elements', () => {
    const tracks =
      '<x:track><!-- <location>no</location> --><x:location><![CDATA[a&b.mp3]]></x:location><title>&#228;&#xE4;&unknown;</title><image/></x:track><track/>';
    expect(parse(list(tracks), 'xspf').entries).toEqual([
      { location: { kind: 'path', path: 'a&b.mp3' }, line: 4, title: 'ää&unknown;' },
    ]);
  });
  it('takes the first location of a track and leaves out tracks without one', () => {
    expect(
      paths(list('<track><location>a</location><location>b</location></track><track><title>t</title></track>'), 'xspf'),
    ).toEqual(['a']);
  });
  it('expands no entities of its own and reads no document type', () => {
    const bomb = `<!DOCTYPE playlist [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${list('<track><location>&b;.mp3</location></track>')}`;
    expect(paths(bomb, 'xspf')).toEqual(['&b;.mp3']);
  });
  it('does not reach other protocols', () => {
    const [a, b] = parse(
      list('<track><location>mailto:x</location></track><track><location>https://x/y</location></track>'),
      'xspf',
    ).entries;
    expect(a!.location).toEqual({ kind: 'foreign', text: 'mailto:x', protocol: 'mailto' });
    expect(b!.location).toEqual({ kind: 'url', url: 'https://x/y' });
  });
  it('must be one', () => expect(parse('<html></html>', 'xspf').error).toContain('<playlist>'));
  it('survives what is cut off anywhere', () => {
    const whole = list('<track><location>a</location><title><![CDATA[x]]></title></track><!-- c -->');
    for (let n = 0; n <= whole.length; n++) expect(parse(whole.slice(0, n), 'xspf').entries.length).toBeLessThan(2);
  });
});

it('reads a text full of marks in time that grows with its length', () => {
  for (const text of ['<'.repeat(200_000), '<!--'.repeat(50_000), '&'.repeat(200_000), `#EXTINF:${'"'.repeat(100_000)}`]) {
    parse(text, 'xspf');
    parse(text, 'pls');
    parse(text);
  }
});
