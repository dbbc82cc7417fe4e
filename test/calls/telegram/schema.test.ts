import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decode, encode, TlError } from '../../harness/telegram/tl/codec.js';
import { MTPROTO_TL } from '../../harness/telegram/tl/mtproto-schema.js';
import { parseSchema, textOfNumber, type TlDefinition } from '../../harness/telegram/tl/schema.js';
import { schemaOf, SERVICE } from '../../harness/telegram/tl/schemas.js';

const require = createRequire(import.meta.url);

/** What of a definition its number stands for; fields that take no room may be added under the same one. */
const inBytes = ({ name, params, isFunction }: TlDefinition) => ({
  name,
  params: params.filter(({ type }) => type?.kind !== 'true'),
  isFunction,
});

describe("the data centre's schema", () => {
  it.each([
    ['the service part', () => MTPROTO_TL, 35],
    ['layer 198', () => require('telegram/tl/apiTl.js') as string, 1900],
  ])('%s: every number is the CRC32 of its definition', (_name, text, least) => {
    const definitions = parseSchema(text());
    expect(definitions.length).toBeGreaterThan(least);
    expect(definitions.filter(({ line, id }) => crc32(textOfNumber(line!)) !== id).map(({ line }) => line)).toEqual([]);
  });

  it.each([227, 229])('layer %i, which its client has from another source, has the same of all that did not change', (layer) => {
    const [ours, theirs] = [schemaOf(198)!, schemaOf(layer)!];
    let compared = 0;
    for (const [id, definition] of ours.byId) {
      const other = theirs.byId.get(id);
      if (!other) continue;
      compared++;
      expect(inBytes(other)).toEqual(inBytes(definition));
    }
    expect(compared).toBeGreaterThan(1500);
  });

  it('knows the layers of its clients', () => {
    expect(schemaOf(198)?.byName.get('phone.JoinGroupCall')?.id).toBe(0xd61e1df3);
    expect(schemaOf(229)?.byName.get('phone.JoinGroupCall')).toBeDefined();
    expect(schemaOf(1)).toBeUndefined();
  });

  it('refuses what is not exactly as it should be', () => {
    const whole = encode(SERVICE, { _: 'MsgsAck', msgIds: [1n, 2n] });
    expect(decode(SERVICE, whole)).toEqual({ _: 'MsgsAck', msgIds: [1n, 2n] });
    for (const bytes of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.alloc(4)]), Buffer.alloc(4)]) {
      expect(() => decode(SERVICE, bytes)).toThrow(TlError);
    }
    expect(() => encode(SERVICE, { _: 'Pong', msgId: 1n })).toThrow('Pong.pingId must be long');
    expect(() => encode(SERVICE, { _: 'Pong', msgId: 1n, pingId: 2n, more: 1 })).toThrow('Pong has no more');
    const api = schemaOf(198)!;
    const call = { _: 'InputGroupCall', id: 1n, accessHash: 2n };
    const leave = encode(api, { _: 'phone.LeaveGroupCall', call, source: -1 });
    expect(decode(api, leave)).toMatchObject({ source: -1 });
    expect(() => encode(api, { _: 'phone.LeaveGroupCall', call, source: 4_000_000_000 })).toThrow('must be int');
    expect(() => encode(api, { _: 'phone.LeaveGroupCall', call: { _: 'InputPeerSelf' }, source: 1 })).toThrow(
      'is no InputGroupCall',
    );
  });
});
