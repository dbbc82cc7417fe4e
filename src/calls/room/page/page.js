import { createChat } from './chat.js';
import { keepConnected } from './connection.js';
import { createParticipantId } from './participant-id.js';
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

const links = {
  listen: createLink('listen', 'whep', ['hear the room', 'connecting …', 'press to leave'], {
    prepare: async () => ({
      onTrack: (track, purpose) => {
        if (purpose !== 'audio') return;
        sound.srcObject = new MediaStream([track]);
        // It is refused only where nobody has pressed anything yet.
        sound.play().catch(() => {});
      },
    }),
    end: () => (sound.srcObject = null),
  }),
  speak: createLink('speak', 'whip', ['use your microphone', 'connecting …', 'press to stop'], {
    prepare: async () => ({ tracks: { audio: await openMicrophone() } }),
    end: () => closeMicrophone(),
  }),
};

function createLink(id, kind, hints, { prepare, end }) {
  const button = byId(id);
  const link = { state: 'off', problem: undefined, connection: undefined };
  link.connection = keepConnected(
    async (how) => connect(kind, { room: roomSelect.value, participant, token, ...how, ...(await prepare()) }),
    (state, problem) => {
      link.state = state;
      link.problem = problem;
      if (state === 'off') end();
      button.setAttribute('aria-pressed', String(state === 'on'));
      button.setAttribute('aria-busy', String(state === 'wait'));
      button.querySelector('small').textContent = hints[['off', 'wait', 'on'].indexOf(state)];
      showState();
      // The numbers follow what was just done.
      if (state !== 'wait') setTimeout(() => void refresh(), SETTLE_MS);
    },
  );
  button.addEventListener('click', () => {
    // Why something else could not be done has been read by now.
    for (const other of Object.values(links)) if (other.state === 'off') other.problem = undefined;
    left = link.connection.wanted;
    if (left) link.connection.stop();
    else link.connection.start();
  });
  return link;
}

byId('volume').addEventListener('input', (event) => (sound.volume = Number(event.target.value)));
roomSelect.addEventListener('change', () => {
  renew();
  void refresh();
});
let paused = [];
addEventListener('pagehide', () => {
  paused = Object.values(links).filter((link) => link.connection.wanted);
  for (const link of paused) link.connection.stop();
});
// The browser may bring a page back as it was.
addEventListener('pageshow', (event) => {
  if (event.persisted) for (const link of paused) link.connection.start();
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
  for (const link of Object.values(links)) link.connection.renew();
}

let microphone;

async function openMicrophone() {
  if (microphone?.readyState === 'live') return microphone;
  if (!navigator.mediaDevices) throw new Error('A microphone needs https, or localhost.');
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  } catch (error) {
    throw new Error(microphoneReason(error), { cause: error });
  }
  closeMicrophone();
  microphone = stream.getAudioTracks()[0];
  microphone.addEventListener('ended', () => {
    links.speak.connection.stop();
    say('The microphone was taken away.', true);
  });
  if (!links.speak.connection.wanted) closeMicrophone();
  return microphone;
}

function closeMicrophone() {
  microphone?.stop();
  microphone = undefined;
}

function microphoneReason(error) {
  if (error?.name === 'NotAllowedError') return 'The browser was not allowed to use the microphone.';
  if (error?.name === 'NotFoundError') return 'No microphone was found.';
  return `The microphone cannot be used: ${error.message}`;
}

function showState() {
  const { listen, speak } = links;
  const problem = listen.problem ?? speak.problem;
  if (problem) say(problem, true);
  else if (listen.state === 'wait' || speak.state === 'wait') say('Connecting …');
  else if (listen.state === 'on' && speak.state === 'on') say('You hear the room, and the room hears you.');
  else if (listen.state === 'on') say('You hear the room.');
  else if (speak.state === 'on') say('The room hears you.');
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
  const connected = Object.values(links).some((link) => link.connection.wanted);
  // While one is connected, a room that is away for a moment stays chosen.
  const kept = connected && roomSelect.value && !rooms.includes(roomSelect.value) ? [roomSelect.value] : [];
  const wanted = [...kept, ...rooms];
  if (shown.join() !== wanted.join()) {
    const chosen = roomSelect.value || askedRoom;
    roomSelect.replaceChildren(...wanted.map((room) => new Option(room, room, false, room === chosen)));
    askedRoom = undefined;
  }
  for (const id of ['listen', 'speak', 'room']) byId(id).disabled = wanted.length === 0;
}

function show(title, who) {
  if (title !== undefined) byId('title').textContent = title;
  byId('who').textContent = who;
}

function count(people, none) {
  return people === 0 ? none : String(people);
}
