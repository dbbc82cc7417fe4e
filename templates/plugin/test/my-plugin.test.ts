import { describe, expect, it } from 'vitest';
import type { EngineCommand, EngineEvent } from 'voxgraph';
import { pluginContract, testPlugin } from 'voxgraph/testing';
import myPlugin, { type MyPluginState } from '../src/index.js';

const call = 'room:lobby';
const joined = (participantId: string, name?: string): EngineEvent => ({
  type: 'participant.joined',
  call,
  participantId,
  ...(name !== undefined && { name }),
});
const told = (to: string, text: string): EngineCommand => ({ type: 'call.tell', call, to, text });

describe('my-plugin', () => {
  it('greets whoever joins, a second later', async () => {
    const test = await testPlugin(myPlugin);
    await test.marbles({
      // One step a second; what is in brackets is at the same step.
      events: '  -a--(bc)-',
      commands: '--x--(yz)',
      values: {
        a: joined('1', 'Ada'),
        b: joined('2', 'Bob'),
        c: joined('3'),
        x: told('1', 'Welcome, Ada!'),
        y: told('2', 'Welcome, Bob!'),
        z: told('3', 'Welcome, friend!'),
      },
    });
    await test.close();
  });

  it('says what it was told to say, when it was told to', async () => {
    const test = await testPlugin(myPlugin, { config: { text: 'Hi', afterMs: 5000 } });
    await test.emit(joined('1'));
    await test.advance(4999);
    expect(test.commands).toEqual([]);
    await test.advance(1);
    expect(test.commands).toEqual([{ atMs: 5000, command: told('1', 'Hi') }]);
    await test.close();
  });

  it('counts, also over a kill -9, and forgets when it is asked to', async () => {
    const test = await testPlugin<MyPluginState>(myPlugin);
    await test.emit(joined('1'), joined('1'), joined('2'));
    // States are saved at most once a second.
    await test.advance(1000);
    await test.kill();
    expect(test.state).toEqual({ greeted: { '1': 2, '2': 1 } });
    expect(await test.send('forget')).toBe(2);
    await test.close();
  });
});

describe('my-plugin keeps the contract', () => {
  for (const { name, run } of pluginContract(myPlugin, {
    messages: { forget: null },
    nodes: { 'my-plugin.swell': { change: { depth: 1 } } },
  }))
    it(name, run);
});
