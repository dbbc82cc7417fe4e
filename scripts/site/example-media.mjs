// Files for a page out of what an example's run gave: sounds with their shape and spectrum, and pictures.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spectrogram, waveform } from './sound-pictures.mjs';

/** Where the media lie, for a page: replaced by a relative path when the site is written. */
export const SITE_ROOT = 'https://site.invalid/';
/** The same for the site's own pages, where Markdown does not lead to them. */
export const PAGE_ROOT = 'https://page.invalid/';
/** Types whose pictures change in a way that one picture does not show. */
const SHEETS = /delay|fade|switch|visualizer|test-pattern|frames/;
const LEAST_RMS = 1e-6;

function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

function isMono(planes) {
  return planes[0].every((x, i) => x === planes[1][i]);
}

async function writeSound(engine, path, planes) {
  const channels = isMono(planes) ? 1 : 2;
  const writer = await engine.openAudioFileWriter(path, {
    codec: 'opus',
    channels,
    bitrateKbps: channels === 1 ? 36 : 44,
    complexity: 4,
  });
  writer.write({ kind: 'audio', ptsUs: 0, planes: planes.slice(0, channels), silent: false });
  await writer.finish();
}

async function writePackets(engine, path, packets) {
  const writer = await engine.openAudioFileWriter(path, { packets: {}, channels: 2 });
  for (const packet of packets) writer.writePacket(packet);
  await writer.finish();
}

/** The picture of the middle of some packets of video, decoded again, as a PNG. */
async function decodedPicture(engine, packets) {
  const decoder = await engine.PacketDecoder.open(packets[0].codec);
  const renderer = new engine.VideoRenderer(engine.PNG_FORM);
  try {
    let shown;
    for (const { data } of packets.slice(0, Math.ceil(packets.length / 2))) {
      const picture = await decoder.decode(Buffer.from(data));
      if (!picture) continue;
      shown?.release();
      shown = picture;
    }
    const finished = renderer.renderSync(shown, 0);
    shown.release();
    const bytes = engine.encodePng(finished);
    finished.release();
    return bytes;
  } finally {
    decoder.close();
    renderer.closeSync();
  }
}

/** A sound as a figure: a player, its shape and its spectrum. */
export async function soundFigure(engine, { planes, label, path, folder, packets }) {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  const alt = `${label}: spectrum over time, 60 Hz to 16 kHz`;
  if (packets) await writePackets(engine, join(folder, `${path}.ogg`), packets);
  else await writeSound(engine, join(folder, `${path}.ogg`), planes);
  const head = `<figure class="sound"><figcaption>${escape(label)}</figcaption><audio controls preload="metadata" src="${SITE_ROOT}${path}.ogg" aria-label="${escape(label)}"></audio>`;
  if (!planes) return `${head}</figure>`;
  writeFileSync(join(folder, `${path}.png`), spectrogram(planes));
  const wave = waveform(planes, escape(`${label}: waveform`));
  return `${head}${wave}<img src="${SITE_ROOT}${path}.png" alt="${escape(alt)}" width="640" height="112" loading="lazy" class="spectrum"></figure>`;
}

function pictureFigure(label, path, alt) {
  return `<figure class="picture"><img src="${SITE_ROOT}${path}.png" alt="${escape(alt)}" loading="lazy"><figcaption>${escape(label)}</figcaption></figure>`;
}

/**
 * Writes the media of a node type's example.
 *
 * @param ran what `runExample` gave
 * @param frames where its pictures are
 * @param folder the site's
 * @returns figures as HTML, what the node is given first
 */
export async function exampleFigures(engine, type, ran, frames, folder) {
  const { wires } = ran;
  const simple =
    wires.filter(({ role }) => role === 'in').length === 1 && wires.filter(({ role }) => role === 'out').length === 1;
  const ports = new Set(wires.filter(({ into }) => into !== undefined).map(({ into }) => into));
  const figures = [];
  for (const wire of wires) {
    const { role, label, into, port, kind, planes, packets } = wire;
    const path = `examples/${type}/${wire.name.replace(/[^\w-]/g, '-')}`;
    const outs = wires.filter((one) => one.role === 'out').length;
    const name = simple
      ? role === 'in'
        ? 'Before'
        : 'After'
      : role === 'in'
        ? `In: ${ports.size > 1 ? into : label.split('~')[0]}`
        : outs > 1
          ? `Out: ${port}`
          : 'Out';
    if (kind === 'audio') {
      const loud = planes[0].some((x) => Math.abs(x) > LEAST_RMS);
      if (!loud && type !== 'source.silence') throw new Error(`the example of ${type} is silent at "${wire.name}"`);
      figures.push(await soundFigure(engine, { planes, label: name, path, folder }));
    } else if (kind === 'packets' && packets[0]?.codec === 'opus') {
      const bytes = packets.reduce((sum, { data }) => sum + data.length, 0);
      const seconds = packets.reduce((sum, { durationUs }) => sum + durationUs, 0) / 1e6;
      const rate = `${Math.round((bytes * 8) / seconds / 1000)} kbit/s`;
      figures.push(await soundFigure(engine, { label: `${name} (Opus, ${rate})`, path, folder, packets }));
    } else if (kind === 'packets' && packets.length > 0) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, `${path}.png`), await decodedPicture(engine, packets));
      figures.push(pictureFigure(`${name}, decoded again`, path, `${type}: a picture after encoding`));
    } else if (kind === 'video') {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      const single = readdirSync(join(frames, wire.name)).sort();
      const still = role === 'in' && !/frames/.test(type);
      const chosen =
        SHEETS.test(type) && !still
          ? join(frames, `${wire.name}.png`)
          : join(frames, wire.name, single[Math.floor(single.length / 2)] ?? '');
      if (!existsSync(chosen)) throw new Error(`the example of ${type} gave no picture at "${wire.name}"`);
      copyFileSync(chosen, join(folder, `${path}.png`));
      figures.push(pictureFigure(name, path, `${type}: ${name.toLowerCase()}`));
    }
  }
  if (figures.length === 0) throw new Error(`the example of ${type} has neither sound nor picture`);
  return figures;
}
