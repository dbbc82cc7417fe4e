import { connect, RefusedError } from './whip-whep.js';

const byId = (id) => document.getElementById(id);
const listenButton = byId('listen');
const speakButton = byId('speak');
const roomSelect = byId('room');
const sound = byId('sound');

const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
// One person, one id: the server leaves a person's own voice out of what he hears.
const participant = sessionStorage.participant ?? (sessionStorage.participant = randomId());
const wanted = { whep: false, whip: false };
const open = { whep: undefined, whip: undefined };
let microphone;

listenButton.addEventListener('click', () => toggle('whep'));
speakButton.addEventListener('click', () => toggle('whip'));
byId('volume').addEventListener('input', (event) => (sound.volume = Number(event.target.value)));
roomSelect.addEventListener('change', () => {
  for (const kind of ['whep', 'whip']) if (wanted[kind]) void restart(kind);
  void showStatus();
});
addEventListener('pagehide', () => {
  for (const kind of ['whep', 'whip']) open[kind]?.close();
});

await showRooms();
setInterval(() => void showStatus(), 2000);

async function toggle(kind) {
  wanted[kind] = !wanted[kind];
  if (wanted[kind]) await start(kind);
  else stop(kind);
}

async function start(kind, attempt = 0) {
  mark(kind, 'wait');
  try {
    const track = kind === 'whip' ? await openMicrophone() : undefined;
    const connection = await connect(kind, {
      room: roomSelect.value,
      participant,
      token,
      track,
      onTrack: (stream) => (sound.srcObject = stream),
      onLost: (reason) => void again(kind, reason, 0),
    });
    if (!wanted[kind]) return connection.close();
    open[kind] = connection;
    mark(kind, 'on');
    say(kind === 'whep' ? 'You hear the room.' : 'The room hears you.');
  } catch (error) {
    if (error instanceof RefusedError && attempt < 5 && wanted[kind]) return again(kind, error.message, attempt + 1);
    wanted[kind] = false;
    stop(kind);
    say(microphoneReason(error), true);
  }
}

async function again(kind, reason, attempt) {
  open[kind] = undefined;
  if (!wanted[kind]) return;
  mark(kind, 'wait');
  say(`${capital(reason)}; trying again …`, true);
  await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** attempt, 4000)));
  if (wanted[kind]) await start(kind, attempt);
}

function stop(kind) {
  open[kind]?.close();
  open[kind] = undefined;
  mark(kind, 'off');
  if (kind === 'whep') sound.srcObject = null;
  else {
    microphone?.stop();
    microphone = undefined;
  }
  say(kind === 'whep' ? 'You left.' : 'Your microphone is off.');
}

async function restart(kind) {
  open[kind]?.close();
  open[kind] = undefined;
  await start(kind);
}

async function openMicrophone() {
  if (microphone?.readyState === 'live') return microphone;
  if (!navigator.mediaDevices) throw new Error('A microphone needs https, or localhost.');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  microphone = stream.getAudioTracks()[0];
  return microphone;
}

function microphoneReason(error) {
  if (error?.name === 'NotAllowedError') return 'The browser was not allowed to use the microphone.';
  if (error?.name === 'NotFoundError') return 'No microphone was found.';
  return error.message;
}

function mark(kind, state) {
  const button = kind === 'whep' ? listenButton : speakButton;
  button.setAttribute('aria-pressed', String(state === 'on'));
  button.classList.toggle('wait', state === 'wait');
}

function say(text, bad = false) {
  byId('status').textContent = text;
  byId('status').classList.toggle('bad', bad);
}

async function ask(path) {
  const response = await fetch(path, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  if (response.status === 401) throw new Error('The token is missing or wrong: open the address that voxgraph printed.');
  return response.json();
}

async function showRooms() {
  try {
    const { rooms } = await ask('/rooms');
    const asked = new URLSearchParams(location.search).get('room');
    roomSelect.replaceChildren(...rooms.map((room) => new Option(room, room, false, room === asked)));
    await showStatus();
  } catch (error) {
    say(error.message, true);
  }
}

async function showStatus() {
  if (!roomSelect.value) return;
  try {
    const { title, speakers, listeners } = await ask(`/rooms/${roomSelect.value}`);
    byId('title').textContent = title;
    byId('who').textContent = `${listeners} listening, ${speakers} speaking`;
  } catch {
    byId('who').textContent = 'The server does not answer.';
  }
}

function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
