import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../../src/events/event.js';
import moderator from '../../../../src/plugins/builtin/auto-moderator/index.js';
import { moderatorState, type ModeratorState } from '../../../../src/plugins/builtin/auto-moderator/state.js';
import type { PluginTest } from '../../../../src/testing/plugin-test.js';
import { testPlugin } from '../../../../src/testing/test-plugin.js';

const call = 'room:lobby';
type Facts = { admin?: boolean; self?: boolean };
const joined = (participantId: string, facts: Facts = {}): EngineEvent => ({
  type: 'participant.joined',
  call,
  participantId,
  ...facts,
});
const left = (participantId: string): EngineEvent => ({ type: 'participant.left', call, participantId });
const wrote = (id: string, admin?: boolean): EngineEvent => ({
  type: 'message.received',
  call,
  from: { id, ...(admin !== undefined && { admin }) },
  text: 'hi',
});
const begin = async (config: object = {}) => {
  const test = await testPlugin<ModeratorState>(moderator, { config: { ...config } });
  await test.emit({ type: 'call.opened', call, address: call });
  return test;
};
/** Commands as short texts. */
const done = ({ commands }: PluginTest<ModeratorState>) =>
  commands.map(({ command }) => {
    if (command.type === 'participant.kick')
      return `kick ${command.participantId} ${command.banMs / 1000} ${command.reason ?? ''}`.trim();
    if (command.type === 'participant.mute') return `${command.muted ? 'mute' : 'unmute'} ${command.participantId}`;
    return command.type === 'call.tell' ? `tell ${command.to}: ${command.text}` : command.type;
  });

describe('auto-moderator: bans', () => {
  it('sends away those of the config and those that are banned by message', async () => {
    const test = await begin({ banned: ['7'] });
    await test.emit(joined('7'), joined('8'));
    expect(await test.send('ban', { id: '8', reason: 'noise' })).toEqual({ banned: true });
    await test.emit(left('8'), joined('8'));
    expect(done(test)).toEqual([
      'kick 7 86400 You are banned here.',
      'kick 8 86400 You are banned here: noise.',
      'kick 8 86400 You are banned here: noise.',
    ]);
    expect(await test.send('list', {})).toMatchObject({
      total: 2,
      bans: [
        { id: '8', reason: 'noise', by: '(outside)', untilMs: null },
        { id: '7', by: '(config)', atMs: null },
      ],
    });
    expect(await test.send('list', { offset: 1, limit: 1 })).toMatchObject({ total: 2, bans: [{ id: '7' }] });
    await test.close();
  });

  it('does the same event once, however often it is told', async () => {
    const test = await begin({ banned: ['7'], maxParticipants: 1 });
    await test.emit(joined('7'), joined('7'), joined('7'), joined('8'), joined('9'), joined('9'), left('0'), left('0'));
    expect(done(test)).toEqual([
      'kick 7 86400 You are banned here.',
      'mute 9',
      'tell 9: The call is full: you will be heard once there is room.',
    ]);
    await test.send('ban', { id: '7' });
    await test.send('ban', { id: '7' });
    expect(done(test)).toHaveLength(3);
    await test.close();
  });

  it('never touches admins or itself', async () => {
    const test = await begin({ banned: ['7', 'us'], maxParticipants: 1, admins: ['root'], flood: { messages: 2 } });
    await test.emit(
      joined('7', { admin: true }),
      joined('us', { self: true }),
      joined('root'),
      joined('8'),
      joined('boss', { admin: true }),
    );
    for (const id of ['7', 'us', 'root', 'boss']) for (let n = 0; n < 9; n++) await test.emit(wrote(id));
    for (const id of ['boss', 'us', 'root']) await expect(test.send('ban', { id })).rejects.toThrow('admin, or ourselves');
    expect(done(test)).toEqual([]);
    expect(Object.keys(test.state.bans)).toEqual([]);
    await test.close();
  });

  it('lets somebody be who turns out to be an admin', async () => {
    const test = await begin({ maxParticipants: 1 });
    await test.emit(joined('1'), joined('2'), joined('2', { admin: true }));
    expect(done(test)).toEqual([
      'mute 2',
      'tell 2: The call is full: you will be heard once there is room.',
      'unmute 2',
      'tell 2: You can be heard again.',
    ]);
    await test.close();
  });

  it('remembers bans after kill -9, and lifts them when they are over', async () => {
    const test = await begin();
    await test.send('ban', { id: '8', forSec: 100 });
    await test.send('ban', { id: '9' });
    await test.advance(2000);
    await test.kill(1000);
    await test.emit(joined('8'), joined('9'));
    expect(done(test)).toEqual(['kick 8 97 You are banned here.', 'kick 9 86400 You are banned here.']);
    await test.advance(100_000);
    expect(Object.keys(test.state.bans)).toEqual(['9']);
    await test.emit(left('8'), joined('8'));
    expect(done(test)).toHaveLength(2);
    expect(await test.send('unban', { id: '9' })).toEqual({ banned: false });
    await test.emit(left('9'), joined('9'));
    expect(done(test)).toHaveLength(2);
    await test.close();
  });

  it('mutes instead where it is told to, until the ban is lifted', async () => {
    const test = await begin({ bannedAction: 'mute', tell: false });
    await test.emit(joined('8'));
    await test.send('ban', { id: '8', forSec: 60 });
    await test.advance(61_000);
    await test.send('ban', { id: '8' });
    await test.send('unban', { id: '8' });
    expect(done(test)).toEqual(['mute 8', 'unmute 8', 'mute 8', 'unmute 8']);
    await test.close();
  });

  it('acts on those who were there before it', async () => {
    const test = await testPlugin<ModeratorState>(moderator, { config: { banned: ['7'] }, enabled: false });
    await test.emit({ type: 'call.opened', call, address: call }, joined('7'), joined('8'), joined('9', { admin: true }));
    await test.enable();
    expect(done(test)).toEqual(['kick 7 86400 You are banned here.']);
    await test.disable();
    await test.emit(left('7'), left('8'));
    await test.enable();
    expect(Object.keys(test.state.calls[call]!)).toEqual(['9']);
    await test.close();
  });
});

describe('auto-moderator: the limit', () => {
  it('mutes whoever is too many, and lets the first of them speak when there is room', async () => {
    const test = await begin({ maxParticipants: 2, tell: false });
    // Numbers, whose order as keys is not that of their coming.
    await test.emit(joined('30'), joined('20'), joined('10'), joined('5'), joined('us', { self: true }));
    expect(done(test)).toEqual(['mute 10', 'mute 5']);
    await test.emit(left('30'));
    expect(done(test).slice(2)).toEqual(['unmute 10']);
    await test.emit(left('10'), left('20'));
    expect(done(test).slice(3)).toEqual(['unmute 5']);
    await test.close();
  });

  it('sends them away where it is told to', async () => {
    const test = await begin({ maxParticipants: 1, fullAction: 'kick', fullSec: 5 });
    await test.emit(joined('1'), joined('2'), left('2'), joined('2'));
    expect(done(test)).toEqual(['kick 2 5 The call is full.', 'kick 2 5 The call is full.']);
    expect(await test.send('actions', {})).toMatchObject({
      total: 2,
      actions: [{ action: 'kick', why: 'full', participantId: '2' }, {}],
    });
    await test.close();
  });
});

describe('auto-moderator: floods', () => {
  it('mutes who writes too much, for a while', async () => {
    const test = await begin({ flood: { messages: 3, withinSec: 10, forSec: 60 } });
    await test.emit(joined('1'));
    for (let n = 0; n < 3; n++) await test.emit(wrote('1'));
    await test.advance(10_000);
    for (let n = 0; n < 3; n++) await test.emit(wrote('1'));
    expect(done(test)).toEqual([]);
    await test.emit(wrote('1'));
    expect(done(test)).toEqual(['mute 1', 'tell 1: You wrote too much at once: you are muted for 60 s.']);
    await test.advance(59_000);
    expect(done(test)).toHaveLength(2);
    await test.advance(1000);
    expect(done(test).slice(2)).toEqual(['unmute 1', 'tell 1: You can be heard again.']);
    await test.close();
  });

  it('sends away, or does nothing, where it is told to', async () => {
    for (const [action, expected] of [
      ['kick', ['kick 1 30 You wrote too much at once.']],
      ['none', []],
    ] as const) {
      const test = await begin({ flood: { messages: 2, action, forSec: 30 } });
      await test.emit(joined('1'), wrote('1'), wrote('1'), wrote('1'), wrote('1'), wrote('stranger'));
      expect(done(test)).toEqual(expected);
      await test.close();
    }
  });
});

describe('auto-moderator: its state', () => {
  it('is bounded, and what its schema says', async () => {
    const test = await begin({ flood: { messages: 5, action: 'kick' } });
    for (let n = 0; n < 300; n++) {
      await test.emit(joined(`p${n}`));
      for (let m = 0; m < 6; m++) await test.emit(wrote(`p${n}`));
      await test.emit(left(`p${n}`));
    }
    expect(test.state.actions).toHaveLength(200);
    // All in one second: none is lost, though a plugin may give 50 commands a second.
    await test.advance(10_000);
    expect(done(test)).toHaveLength(300);
    expect(test.problems).toEqual([]);
    expect(Object.keys(test.state.calls[call]!)).toEqual([]);
    expect(moderatorState.parse(JSON.parse(JSON.stringify(test.state)))).toEqual(test.state);
    await test.emit({ type: 'call.closed', call });
    expect(test.state.calls).toEqual({});
    await test.close();
  });
});
