import { createChat } from './chat.js';
import { keepConnected } from './connection.js';
import { createParticipantId } from './participant-id.js';
import { createScreens } from './screens.js';
import { canShareScreen, createShare } from './share.js';
import { connect } from './whip-whep.js';

const STATUS_PERIOD_MS = 2000;
const SETTLE_MS = 200;

const byId = (id) => document.getElementById(id);
const roomSelect = byId('room');
const sound = byId('sound');

const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
// One person, one id: the server leaves a person's own voice out of what he hears.
const participant = createParticipantId();
let askedRoom = new URLSearchParams(location.search).get('room');
let server;
let left = false;

const HINTS = {
  listen: ['hear and see the room', 'connecting …', 'press to leave'],
  speak: ['use your microphone', 'connecting …', 'press to stop'],
  camera: ['be seen', 'connecting …', 'press to stop'],
  screen: ['share yours', 'connecting …', 'press to stop'],
};
/** What each button sends. */
const SENDS = { speak: 'audio', camera: 'camera', screen: 'screen' };

const screens = createScreens({ stage: byId('stage'), videos: { camera: byId('camera-video'), screen: byId('screen-video') } });
const connectTo = (kind, how) => connect(kind, { room: roomSelect.value, participant, token, ...how });
const listen = { state: 'off', problem: undefined };
listen.connection = keepConnected(
  (how) =>
    connectTo('whep', {
      ...how,
      onTrack: (track, purpose) => {
        if (purpose !== 'audio') return screens.show(purpose, track);
        sound.srcObject = new MediaStream([track]);
        // It is refused only where nobody has pressed anything yet.
        sound.play().catch(() => {});
      },
    }),
  (state, problem) => {
    listen.state = state;
    listen.problem = problem;
    if (state === 'off') {
      sound.srcObject = null;
      screens.clear();
    }
    showAll();
  },
);
const share = createShare((how) => connectTo('whip', how), showAll);

onPress('listen', () => {
  share.forget();
  left = listen.connection.wanted;
  if (left) listen.connection.stop();
  else listen.connection.start();
});
for (const [id, purpose] of Object.entries(SENDS)) {
  onPress(id, () => {
    // Why something else could not be done has been read by now.
    if (listen.state === 'off') listen.problem = undefined;
    share.forget();
    left = share.wanted(purpose);
    if (left) share.stop(purpose);
    else void share.start(purpose);
  });
}
byId('screen').hidden = !canShareScreen();

function onPress(id, run) {
  byId(id).addEventListener('click', run);
}

function showAll() {
  for (const id of Object.keys(HINTS)) {
    const state = id === 'listen' ? listen.state : share.stateOf(SENDS[id]);
    const button = byId(id);
    button.setAttribute('aria-pressed', String(state === 'on'));
    button.setAttribute('aria-busy', String(state === 'wait'));
    button.querySelector('small').textContent = HINTS[id][['off', 'wait', 'on'].indexOf(state)];
  }
  showSelf(share.track('camera'));
  showState();
  // The numbers follow what was just done.
  setTimeout(() => void refresh(), SETTLE_MS);
}

function showSelf(track) {
  const self = byId('self');
  self.hidden = !track;
  if (self.srcObject?.getVideoTracks()[0] !== track) self.srcObject = track ? new MediaStream([track]) : null;
}

byId('volume').addEventListener('input', (event) => (sound.volume = Number(event.target.value)));
roomSelect.addEventListener('change', () => {
  renew();
  void refresh();
});
let paused = [];
addEventListener('pagehide', () => {
  // A screen is shared only by somebody who is asked each time.
  paused = ['speak', 'camera'].filter((id) => share.wanted(SENDS[id]));
  if (listen.connection.wanted) paused.push('listen');
  listen.connection.stop();
  for (const purpose of Object.values(SENDS)) share.stop(purpose);
});
// The browser may bring a page back as it was.
addEventListener('pageshow', (event) => {
  if (event.persisted) for (const id of paused) byId(id).click();
});

const chat = createChat({
  lines: byId('lines'),
  form: byId('write'),
  text: byId('text'),
  participant,
  token,
  room: () => roomSelect.value,
  failed: (reason) => say(reason, true),
});
await refresh();
setInterval(() => void refresh(), STATUS_PERIOD_MS);

function renew() {
  listen.connection.renew();
  share.renew();
}

function showState() {
  const states = Object.values(SENDS).map((purpose) => share.stateOf(purpose));
  const on = (purpose) => share.stateOf(purpose) === 'on';
  const problem = listen.problem ?? share.problem;
  const seen = on('camera') || on('screen');
  const does = on('audio') ? (seen ? 'hears and sees you' : 'hears you') : seen ? 'sees you' : '';
  if (problem) say(problem, true);
  else if (listen.state === 'wait' || states.includes('wait')) say('Connecting …');
  else if (listen.state === 'on') say(does ? `You hear the room, and the room ${does}.` : 'You hear the room.');
  else if (does) say(`The room ${does}.`);
  else say(left ? 'You left.' : 'Ready.');
}

function say(text, bad = false) {
  const status = byId('status');
  // A screen reader says again what is set again.
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle('bad', bad);
}

async function ask(path) {
  const response = await fetch(path, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  if (response.status === 401) throw new Error('The token is missing or wrong: open the address that voxgraph printed.');
  return response.json();
}

/** Brings rooms, title and numbers up to date. */
async function refresh() {
  screens.refresh();
  try {
    const { rooms, server: present } = await ask('/rooms');
    showRooms(rooms);
    // The browser itself would take ten seconds to find out.
    if (server !== undefined && server !== present) renew();
    server = present;
    if (!roomSelect.value) return show('No room is open yet.', '');
    const { title, listeners = 0, speakers = 0 } = await ask(`/rooms/${encodeURIComponent(roomSelect.value)}`);
    await chat.refresh();
    show(title || `Room ${roomSelect.value}`, `${count(listeners, 'Nobody')} listening, ${count(speakers, 'nobody')} speaking`);
  } catch (error) {
    show(undefined, error instanceof TypeError ? 'The server does not answer.' : error.message);
  }
}

function showRooms(rooms) {
  const shown = [...roomSelect.options].map((option) => option.value);
  const connected = listen.connection.wanted || Object.values(SENDS).some((purpose) => share.wanted(purpose));
  // While one is connected, a room that is away for a moment stays chosen.
  const kept = connected && roomSelect.value && !rooms.includes(roomSelect.value) ? [roomSelect.value] : [];
  const wanted = [...kept, ...rooms];
  if (shown.join() !== wanted.join()) {
    const chosen = roomSelect.value || askedRoom;
    roomSelect.replaceChildren(...wanted.map((room) => new Option(room, room, false, room === chosen)));
    askedRoom = undefined;
  }
  for (const id of [...Object.keys(HINTS), 'room']) byId(id).disabled = wanted.length === 0;
  const at = new URLSearchParams({ view: 'graph', at: `room:${roomSelect.value}`, ...(token && { token }) });
  byId('console').href = `/console/#${at}`;
}

function show(title, who) {
  if (title !== undefined) byId('title').textContent = title;
  byId('who').textContent = who;
}

function count(people, none) {
  return people === 0 ? none : String(people);
}
