/**
 * The one table of everything that can go wrong for a user: code, sentence, fix. `docs/errors.md` is generated from it.
 * Nothing else in voxgraph words an error for people.
 * @module
 */

/** One row of the table. `{name}` in a sentence or fix is filled from the error's `data`. */
export interface ErrorRow {
  /** What is wrong, as one sentence without a full stop at its end. */
  readonly message: string;
  /** What to do about it, as one sentence. */
  readonly fix: string;
  /** The process exit code when this error ends a command: 1 something failed, 2 the input is wrong, 3 the environment is. */
  readonly exit: 1 | 2 | 3;
}

const input = 2;
const environment = 3;
const failed = 1;

/** Every error code of voxgraph with its sentence and its fix. */
export const ERRORS = {
  // — graph files ——
  GRAPH_NOT_FOUND: {
    message: 'the graph file {file} does not exist',
    fix: 'Check the path; graphs that come with voxgraph are in graphs/.',
    exit: input,
  },
  GRAPH_UNREADABLE: {
    message: 'the graph file {file} cannot be read: {reason}',
    fix: 'Check that it is a file and that you may read it.',
    exit: input,
  },
  GRAPH_SYNTAX: {
    message: 'JSON syntax: {reason}',
    fix: 'Correct the JSON; comments are allowed, so are trailing commas.',
    exit: input,
  },
  GRAPH_SHAPE: { message: '{reason}', fix: 'See docs/graph-files.md for what a graph file holds.', exit: input },
  GRAPH_VERSION: {
    message: 'this graph file has version {version}, but this voxgraph reads version 1',
    fix: 'Write "version": 1, or install a newer voxgraph.',
    exit: input,
  },
  DUPLICATE_KEY: {
    message: '"{key}" stands twice in the same object',
    fix: 'Remove or rename one of them; JSON would silently keep only the last.',
    exit: input,
  },
  UNKNOWN_TYPE: { message: 'node type "{type}" does not exist{hint}', fix: 'Run "voxgraph nodes" for the list.', exit: input },
  UNKNOWN_OPTION: {
    message: 'option "{option}" does not exist{hint}',
    fix: 'Run "voxgraph nodes {type}" for its options.',
    exit: input,
  },
  BAD_OPTION: { message: 'option "{option}": {reason}', fix: 'Run "voxgraph nodes {type}" for what it takes.', exit: input },
  UNKNOWN_PORT: {
    message: '{direction} port "{port}" does not exist{hint}',
    fix: 'Run "voxgraph nodes {type}" for its ports.',
    exit: input,
  },
  UNKNOWN_NODE: {
    message: 'no node is called "{name}"{hint}',
    fix: 'Wire it to a node of this file, as "node" or "node.port".',
    exit: input,
  },
  AMBIGUOUS_OUTPUT: {
    message: '"{name}" has several outputs ({ports}) and none of the input\'s name',
    fix: 'Name one: "{name}.{first}".',
    exit: input,
  },
  NO_OUTPUT: { message: '"{from}" is a sink: it gives nothing', fix: 'Wire the node that feeds it instead.', exit: input },
  OUTPUT_MAY_RUN_DRY: {
    message: '"{sink}" sets the pace and may run dry: {reason}; then the graph ends',
    fix: 'Let a source loop, or mix in one that goes on; if the end is meant, all is well.',
    exit: input,
  },
  WRONG_KIND: {
    message: '"{from}" gives {given}, but this input takes {taken}',
    fix: 'Put a converting node between them, such as encode.opus from audio to packets.',
    exit: input,
  },
  TOO_MANY_WIRES: {
    message: 'input "{port}" takes one wire, but {count} are given',
    fix: 'Mix them first with mix.sum.',
    exit: input,
  },
  MISSING_INPUT: { message: 'input "{port}" is not wired', fix: 'Add "in": { "{port}": "<node>" }.', exit: input },
  CYCLE: { message: 'the nodes feed each other in a circle: {chain}', fix: 'Remove one wire of the circle.', exit: input },
  UNUSED_NODE: {
    message: 'nothing uses this node, and it is no sink{chain}',
    fix: 'Wire its output somewhere or remove it.',
    exit: input,
  },
  SAME_OUTPUT: {
    message: '"{other}" writes {path}, too, and only one of them would be kept',
    fix: 'Give each a file of its own.',
    exit: input,
  },
  GROUP_OVERLAP: {
    message: '"{node}" is in two groups: "{first}" and "{second}"',
    fix: 'Take it out of one of them; the nodes of a group degrade together.',
    exit: input,
  },
  NOT_OPTIONAL: {
    message: 'it cannot be optional: no input could stand in for its output "{output}"',
    fix: 'Remove "optional"; only what lets a signal through can be left out.',
    exit: input,
  },
  GROUP_CANNOT_BYPASS: {
    message: '"{node}" cannot be bypassed: no input could stand in for its output "{output}"',
    fix: 'Write "onError": "restart" or "end", or take it out of the group.',
    exit: input,
  },
  CANNOT_SHARE: {
    message: 'it cannot be shared between graphs: {reason}',
    fix: 'Remove "shared": true here, or write it on a node before that one.',
    exit: input,
  },
  NO_SINK: {
    message: 'the graph has no sink, so nothing would ever run',
    fix: 'Add one, such as sink.call, sink.file or sink.null.',
    exit: input,
  },
  TWO_LEADERS: {
    message: '"{first}" and "{second}" would both lead the clock of the same part of the graph',
    fix: 'Put a "queue" on a wire between them, so that each leads its own side.',
    exit: input,
  },
  CROSSING_WITHOUT_QUEUE: {
    message: '"{from}" runs on clock "{fromClock}" and this node on "{toClock}", with no queue between',
    fix: 'Give the wire a queue: { "from": "{from}", "queue": { "frames": 5 } }.',
    exit: input,
  },
  UNKNOWN_PARAM: {
    message: 'no param is called "{param}"{hint}',
    fix: 'Declare it under "params" of the graph file.',
    exit: input,
  },
  MISSING_PARAM: {
    message: 'param "{param}" has no default and was not given',
    fix: 'Give it with --param {param}=VALUE.',
    exit: input,
  },
  BAD_PARAM: { message: 'param "{param}" must be a {type}, not {given}', fix: 'Give a {type}.', exit: input },
  MISSING_FILE: {
    message: 'the file {path} does not exist',
    fix: 'Paths are looked up beside the graph file, then in the current folder.',
    exit: input,
  },
  UNKNOWN_PLUGIN: {
    message: 'plugin "{plugin}" is not installed{hint}',
    fix: 'Install it, or remove it from "plugins".',
    exit: input,
  },
  // — media ——
  MEDIA_NOT_FOUND: { message: 'the media file {path} does not exist', fix: 'Check the path.', exit: input },
  MEDIA_UNREADABLE: {
    message: 'the media file {path} cannot be read: {reason}',
    fix: 'Check that it is a complete media file that FFmpeg can play.',
    exit: input,
  },
  MEDIA_NO_AUDIO: { message: 'the media file {path} has no audio stream', fix: 'Choose a file with sound.', exit: input },
  MEDIA_NO_VIDEO: { message: 'the media file {path} has no pictures', fix: 'Choose a file with video or a cover.', exit: input },
  MEDIA_CORRUPT: {
    message: 'the media file {path} is damaged at {atSec} s: {reason}',
    fix: 'What could be decoded was played; repair or replace the file.',
    exit: failed,
  },
  MEDIA_TRUNCATED: {
    message: 'the media file {path} ends early, at {atSec} s of {totalSec} s',
    fix: 'The file was cut off; fetch it again.',
    exit: failed,
  },
  PLAYLIST_UNREADABLE: {
    message: 'the playlist {path} cannot be read: {reason}',
    fix: 'Name a folder, or a playlist ending in .m3u, .m3u8, .pls or .xspf.',
    exit: input,
  },
  URL_INVALID: {
    message: '{url} cannot be played: {reason}',
    fix: 'Write an address such as https://example.org/song.mp3 or rtsp://camera.example/sound.',
    exit: input,
  },
  URL_DNS: { message: 'no server is called {host}', fix: 'Check the address and the network connection.', exit: failed },
  URL_UNREACHABLE: {
    message: 'the server {host} cannot be reached: {reason}',
    fix: 'Check the address and its port, and whether the server is running.',
    exit: failed,
  },
  URL_NOT_PUBLIC: {
    message: '{host} is not an address of the public internet',
    fix: 'This graph may reach public addresses only; run it as its owner to play from the local network.',
    exit: input,
  },
  URL_CERTIFICATE: {
    message: 'the certificate of {host} cannot be trusted: {reason}',
    fix: 'Use the name that the certificate is for, or have it renewed.',
    exit: failed,
  },
  URL_REDIRECTS: {
    message: '{url} leads nowhere: {reason}',
    fix: 'Open the address in a browser and use where it ends.',
    exit: failed,
  },
  URL_STATUS: {
    message: 'the server answers {url} with status {status}',
    fix: '401 and 403 mean that a login is needed, 404 and 410 that nothing is there, 5xx that the server has a fault of its own.',
    exit: failed,
  },
  URL_NOT_MEDIA: {
    message: '{url} gives no sound that can be played: {reason}',
    fix: 'Give the address of the media itself, not of a page about it; for pages of video sites install yt-dlp.',
    exit: input,
  },
  URL_CHANGED: {
    message: '{url} was replaced on its server while it was played',
    fix: 'Play it again from its start.',
    exit: failed,
  },
  URL_CUT_SHORT: {
    message: '{url} ends after {bytes} of the {total} bytes that its server promised',
    fix: 'What came was played; the file on the server may be incomplete.',
    exit: failed,
  },
  RESOLVER_MISSING: {
    message: 'yt-dlp is not installed, so the page {url} cannot be played',
    fix: 'Install yt-dlp so that it is found on the PATH, or give the address of the media itself.',
    exit: environment,
  },
  RESOLVER_FAILED: {
    message: 'yt-dlp finds nothing to play at {url}: {reason}',
    fix: 'Update yt-dlp, or give the address of the media itself.',
    exit: failed,
  },
  PROCESS_FORBIDDEN: {
    message: 'node "{node}" wants to run the command {command}, which is not allowed',
    fix: 'If you trust this graph, add --allow-process; in a program, createEngine({ permissions: { process: true } }).',
    exit: input,
  },
  PROCESS_FAILED: {
    message: 'the command {command} {how}{reason}',
    fix: 'Try the command in a terminal: it must write raw samples to its standard output.',
    exit: failed,
  },
  DEVICE_UNAVAILABLE: {
    message: 'no sound can be taken from the {format} device "{device}": {reason}',
    fix: 'Check that it is connected, and that this user may use it; "arecord -L" lists those of ALSA.',
    exit: environment,
  },
  CODEC_MISSING: { message: 'this FFmpeg has no {what} "{name}"', fix: 'Choose another codec or container.', exit: environment },
  OUTPUT_UNWRITABLE: {
    message: 'the output {path} cannot be written: {reason}',
    fix: "Check the folder, the free space and the file name's extension.",
    exit: input,
  },
  PLAYED_NOTHING: {
    message: '"{src}" could not be played',
    fix: 'The log of the engine says why; what played before it is over.',
    exit: failed,
  },
  RENDERED_NOTHING: {
    message: 'nothing was written: the graph ended before it gave anything',
    fix: 'Nobody is in a call that is rendered. Let a recorded one happen again, with --events, or try its test: voxgraph test.',
    exit: failed,
  },
  OPTION_OUT_OF_RANGE: { message: '{what} cannot be {given}: {reason}', fix: 'Choose a value in range.', exit: input },
  // — running ——
  NODE_FAULT: {
    message: 'node "{node}" failed: {reason}',
    fix: 'Its input passes through unchanged where it can; after {limit} faults in a row it is bypassed.',
    exit: failed,
  },
  SOURCE_FAULT: {
    message: 'source "{node}" failed: {reason}',
    fix: 'It is silent meanwhile and tried again, {attempts} times in all; other nodes keep running.',
    exit: failed,
  },
  FRAMES_LEAKED: {
    message: 'node "{node}" has not given back {count} pictures',
    fix: 'Release each frame that was retained, and each one that was made, exactly once; see docs/writing-nodes.md.',
    exit: failed,
  },
  NODE_BYPASSED: {
    message: 'node "{node}" failed {count} times in a row and is bypassed: {reason}',
    fix: 'Set one of its options to try it again, or report the fault to its author.',
    exit: failed,
  },
  SOURCE_FAILED: {
    message: 'source "{node}" gave up after {attempts} attempts: {reason}',
    fix: 'See the reason; other nodes keep running.',
    exit: failed,
  },
  NO_CALL: {
    message: 'node "{node}" needs a call, and this graph is bound to none',
    fix: 'Run it with --call room:lobby, or render it with "voxgraph render".',
    exit: input,
  },
  CHANGE_REFUSED: {
    message: 'the running graph cannot be changed to this: {reason}',
    fix: 'Keep the call and one leading sink as they are, or stop the graph and start it anew.',
    exit: failed,
  },
  CHANGE_FAILED: {
    message: 'the graph goes on as it was: {reason}',
    fix: 'Correct what failed, and change the graph again.',
    exit: failed,
  },
  CANNOT_BYPASS: {
    message: '"{node}" cannot be left out: no input could stand in for what it gives',
    fix: 'Leave out an effect, which lets its input through; mute a source by its options or by what follows it.',
    exit: input,
  },
  BLOCK_NEEDS_OFFLINE: {
    message: 'the queue after "{from}" blocks when it is full, which would stop a call',
    fix: 'Use "drop-oldest" or "drop-newest"; "block" is for rendering.',
    exit: input,
  },
  UNKNOWN_GRAPH: {
    message: 'no running graph has the id "{graph}"',
    fix: 'List the running graphs first, such as by GET /graphs.',
    exit: input,
  },
  UNKNOWN_CALL: { message: 'no open call has the id "{call}"', fix: 'List the open calls first.', exit: failed },
  UNKNOWN_RUNNING_NODE: {
    message: 'the running graph "{graph}" has no node "{node}"{hint}',
    fix: 'Use a node name of the graph file.',
    exit: failed,
  },
  BAD_CALL_ADDRESS: {
    message: '"{address}" is not a call address',
    fix: 'Write room:NAME, such as room:lobby, telegram:@group, rtmp://HOST/APPLICATION/KEY, or file:OUT.ogg.',
    exit: input,
  },
  CALL_TAKEN: {
    message: 'a graph runs in the call "{call}" already',
    fix: 'Stop that graph first, choose another call, or put both into one graph.',
    exit: input,
  },
  HOST_CLOSED: { message: 'the media host is closed', fix: 'Create a new engine.', exit: failed },
  TIME_STUCK: {
    message: 'media time stands still at {atMs} ms: {count} callbacks ran without it moving',
    fix: 'Find the timer or RxJS operator that reschedules itself with no delay, and give it one.',
    exit: failed,
  },
  // — calls ——
  PORT_TAKEN: {
    message: 'port {port} on {host} is already in use',
    fix: 'voxgraph may be running already: stop it, or choose another port with --port {next}.',
    exit: environment,
  },
  ADDRESS_UNAVAILABLE: {
    message: 'this machine has no address {host}',
    fix: "Use --host 127.0.0.1, or one of this machine's own addresses.",
    exit: environment,
  },
  TOKEN_NEEDED: {
    message: 'listening on {host} lets other machines in, and needs a token',
    fix: 'Add --token SECRET, or VOXGRAPH_TOKEN in the environment, or listen on 127.0.0.1.',
    exit: input,
  },
  BAD_OFFER: {
    message: 'the SDP offer cannot be answered: {reason}',
    fix: 'Send a WHIP or WHEP offer with one Opus audio section.',
    exit: input,
  },
  ICE_TIMEOUT: {
    message: 'no network path to the peer was found in {seconds} s',
    fix: 'UDP between the two machines seems to be blocked.',
    exit: failed,
  },
  DTLS_TIMEOUT: {
    message: 'the peer did not finish its DTLS handshake in {seconds} s',
    fix: 'Try again; if it stays, a firewall may drop large UDP packets.',
    exit: failed,
  },
  DTLS_FAILED: {
    message: 'no encrypted connection to the peer could be agreed on: {reason}',
    fix: 'Use a current browser or WebRTC client.',
    exit: failed,
  },
  PEER_SILENT: {
    message: 'nothing was received from the peer for {seconds} s',
    fix: 'It left or lost its network; it may join again.',
    exit: failed,
  },
  ROOM_FULL: {
    message: 'room "{room}" is full ({limit} connections)',
    fix: 'Wait until somebody leaves, or raise the limit.',
    exit: failed,
  },
  CALL_NOT_FOUND: {
    message: 'there is no call at {address}',
    fix: 'Check the address, or start the call there first.',
    exit: failed,
  },
  CALL_FORBIDDEN: {
    message: 'this account may not join the call at {address}: {reason}',
    fix: 'Join the chat first, or ask one of its admins.',
    exit: failed,
  },
  CALL_FLOOD_WAIT: {
    message: 'the server asks to wait {seconds} s before the next attempt',
    fix: 'Wait; the call goes on by itself. Fewer joins and leaves avoid it.',
    exit: failed,
  },
  CALL_STEP_TIMEOUT: {
    message: 'the call took more than {seconds} s to {step}',
    fix: 'It is tried again; if it stays, check the network and whether UDP is blocked.',
    exit: failed,
  },
  CALL_CONNECTION_LOST: {
    message: 'the connection of the call was lost: {reason}',
    fix: 'The call is joined again by itself; check the network if it keeps happening.',
    exit: failed,
  },
  CALL_STEP_FAILED: {
    message: 'the call failed to {step}: {reason}',
    fix: 'It is tried again a few times; report it if it stays.',
    exit: failed,
  },
  SNAPSHOT_UNREADABLE: {
    message: 'what an earlier run left of the call {call} cannot be used: {reason}',
    fix: 'It begins anew; nothing is lost: the file is kept as {aside}.',
    exit: failed,
  },
  SNAPSHOT_UNWRITABLE: {
    message: 'the state of the call {call} cannot be stored in {folder}: {reason}',
    fix: 'It goes on, but would begin anew if it were killed; name a folder that can be written with --data.',
    exit: failed,
  },
  SAVED_STATE_UNREADABLE: {
    message: 'the saved state of a {machine} cannot be used: {reason}',
    fix: 'It was written by another version; delete it and start afresh.',
    exit: failed,
  },
  STREAM_TIMEOUT: {
    message: 'the stream {src} gave nothing for {seconds} s while {step}',
    fix: 'Check that the file or URL can be reached and is not stuck.',
    exit: failed,
  },
  UNKNOWN_ROOM: { message: 'no room is called "{room}"', fix: 'GET /rooms lists the open ones.', exit: input },
  PORT_FORBIDDEN: {
    message: 'this user may not listen on port {port}',
    fix: 'Choose a port from 1024 on with --port.',
    exit: environment,
  },
  RTMP_ADDRESS: {
    message: 'this address of an RTMP server cannot be used: {reason}',
    fix: 'Write rtmp://HOST/APPLICATION/KEY, as the service that takes the stream gives it.',
    exit: input,
  },
  RTMP_UNREACHABLE: {
    message: 'the RTMP server {server} cannot be reached: {reason}',
    fix: 'It is tried again by itself; check the address and the network if it stays.',
    exit: failed,
  },
  RTMP_REFUSED: {
    message: 'the RTMP server {server} refused the stream: {reason}',
    fix: 'Check the key of the stream, and that nobody else pushes with it.',
    exit: failed,
  },
  // — Telegram ——
  TELEGRAM_ADDRESS: {
    message: '"{address}" is not an address of a Telegram call: {reason}',
    fix: 'Write telegram:@name, telegram:-100NUMBER, telegram:https://t.me/+INVITE, or telegram:ACCOUNT:@name for one of several accounts.',
    exit: input,
  },
  TELEGRAM_NO_ACCOUNT: {
    message: 'no Telegram account is signed in',
    fix: 'Run "voxgraph login" once; it asks for a phone number, or shows a QR code with --qr.',
    exit: input,
  },
  TELEGRAM_UNKNOWN_ACCOUNT: {
    message: 'no Telegram account is called "{account}"{hint}',
    fix: 'Run "voxgraph accounts" for the ones there are, or "voxgraph login --account {account}".',
    exit: input,
  },
  TELEGRAM_WHICH_ACCOUNT: {
    message: 'there are several Telegram accounts: {names}',
    fix: 'Name one in the address: telegram:ACCOUNT:@name.',
    exit: input,
  },
  TELEGRAM_ACCOUNT_NAME: {
    message: '"{account}" cannot be the name of an account',
    fix: 'Use 1 to 32 letters, digits, - and _, and begin with a letter.',
    exit: input,
  },
  TELEGRAM_ACCOUNT_FILE: {
    message: 'the account file {file} cannot be used: {reason}',
    fix: 'Check the rights of the file and its folder, or sign in again with "voxgraph login".',
    exit: environment,
  },
  TELEGRAM_API_MISSING: {
    message: 'Telegram wants to know which program asks, and no api id and hash are given',
    fix: 'Make them at https://my.telegram.org (API development tools), and give them as VOXGRAPH_TELEGRAM_API_ID and VOXGRAPH_TELEGRAM_API_HASH.',
    exit: input,
  },
  TELEGRAM_API_WRONG: {
    message: 'Telegram does not know this api id and hash',
    fix: 'Compare them with https://my.telegram.org; the hash has 32 letters and digits.',
    exit: input,
  },
  TELEGRAM_UNREACHABLE: {
    message: 'Telegram cannot be reached: {reason}',
    fix: 'Check the network; a firewall may block TCP port 80 or 443 to Telegram.',
    exit: environment,
  },
  TELEGRAM_NO_ANSWER: {
    message: 'Telegram did not answer: {reason}',
    fix: 'It is asked again by itself; check the network if it stays.',
    exit: failed,
  },
  TELEGRAM_FLOOD: {
    message: 'Telegram asks for a pause of {seconds} s before {method} may be used again',
    fix: 'Wait; asking earlier makes it longer.',
    exit: failed,
  },
  TELEGRAM_SESSION_ENDED: {
    message: 'the session of the Telegram account is over: {reason}',
    fix: 'Sign in again with "voxgraph login"; look in Telegram under Settings, Devices, who ended it.',
    exit: failed,
  },
  TELEGRAM_REFUSED: {
    message: 'Telegram refused {method}: {error}',
    fix: 'See https://core.telegram.org/methods for what the error means.',
    exit: failed,
  },
  TELEGRAM_PEER_UNKNOWN: {
    message: 'Telegram knows no group or channel "{peer}"',
    fix: 'Check the name; for a private group give its invite link, https://t.me/+…',
    exit: input,
  },
  TELEGRAM_NOT_IN_CHAT: {
    message: 'the account is in no group or channel with the number {peer}',
    fix: 'Numbers find only chats that the account is in. Join it with the account, or give its public name or invite link.',
    exit: input,
  },
  TELEGRAM_CHAT_PRIVATE: {
    message: 'the account may not enter "{peer}"',
    fix: 'Let somebody of the group add the account, or ask for an invite link; an account that was removed must be let in again.',
    exit: failed,
  },
  TELEGRAM_INVITE_WRONG: {
    message: 'the invite link is not valid (any more)',
    fix: 'Ask for a new link.',
    exit: input,
  },
  TELEGRAM_APPROVAL_NEEDED: {
    message: 'an admin of the group must let the account in first',
    fix: 'The request was sent; start again once it is granted.',
    exit: failed,
  },
  TELEGRAM_NO_CALL: {
    message: 'no video chat is under way in "{peer}"',
    fix: 'Start one in Telegram; an admin account does it by itself with telegram:@name?create.',
    exit: failed,
  },
  TELEGRAM_NOT_RTMP: {
    message: 'the call of {peer} is not one that is fed by RTMP',
    fix: 'End it and start one with telegram:@name?rtmp&create, or in Telegram with "Stream with"; or join it without rtmp.',
    exit: input,
  },
  TELEGRAM_BROADCAST_FORMAT: {
    message: 'the broadcast of the call has a form that is not known: {reason}',
    fix: 'Its form is known from public clients only and may have changed: look for a newer voxgraph, and report it.',
    exit: failed,
  },
  TELEGRAM_CALL_CLOSED: {
    message: 'the account may not join the video chat: {error}',
    fix: 'Look in Telegram whether the account is a member of the group and not banned from it.',
    exit: failed,
  },
  TELEGRAM_SILENCED: {
    message: 'an admin does not let the account speak in the call "{call}"',
    fix: 'It speaks as soon as he does; the command call.raiseHand asks him.',
    exit: failed,
  },
  TELEGRAM_JOIN_AS: {
    message: 'the account may not join as "{peer}"',
    fix: 'Only the account itself and channels that it administers can join; leave "as" out.',
    exit: input,
  },
  TELEGRAM_NOT_ADMIN: {
    message: '{method} is for admins of the group',
    fix: 'Let the account manage video chats: group settings, Administrators.',
    exit: failed,
  },
  TELEGRAM_BOT: {
    message: 'bots cannot join calls',
    fix: 'Sign in with the phone number of a user; Telegram lets only users into calls.',
    exit: input,
  },
  TELEGRAM_SOURCE_TAKEN: {
    message: 'somebody in the call has the same number of a source',
    fix: 'It is tried again with another one by itself.',
    exit: failed,
  },
  TELEGRAM_ANSWER_UNREADABLE: {
    message: "the server's answer to the join cannot be used: {reason}",
    fix: 'Telegram may have changed; look for a newer voxgraph, and report it.',
    exit: failed,
  },
  TELEGRAM_PHONE_WRONG: {
    message: 'Telegram does not take this phone number: {error}',
    fix: 'Write it in full with the country, such as +49 151 23456789.',
    exit: input,
  },
  TELEGRAM_NOT_REGISTERED: {
    message: 'there is no Telegram account with this phone number',
    fix: 'Make one with the Telegram app first.',
    exit: input,
  },
  TELEGRAM_CODE_WRONG: { message: 'this is not the code', fix: 'Look at the newest message of Telegram.', exit: input },
  TELEGRAM_CODE_EXPIRED: { message: 'the code is not valid any more', fix: 'Ask for a new one.', exit: failed },
  TELEGRAM_PASSWORD_WRONG: {
    message: 'this is not the password of two-step verification',
    fix: 'It is the one from Settings, Privacy, Two-Step Verification, not the code.',
    exit: input,
  },
  TELEGRAM_SIGN_IN_STOPPED: {
    message: 'the sign-in was given up: {reason}',
    fix: 'Run "voxgraph login" again.',
    exit: failed,
  },
  // — plugins ——
  UNKNOWN_PLUGIN_OPTION: {
    message: 'plugin "{plugin}" has no setting "{option}"{hint}',
    fix: 'Run "voxgraph plugins {plugin}" for its settings.',
    exit: input,
  },
  BAD_PLUGIN_OPTION: {
    message: 'setting "{option}" of plugin "{plugin}": {reason}',
    fix: 'Run "voxgraph plugins {plugin}" for what it takes.',
    exit: input,
  },
  PLUGIN_NEEDS_MISSING: {
    message: 'plugin "{plugin}" needs "{needs}", which is not installed ({chain}){hint}',
    fix: 'Install "{needs}" {range}, or remove "{plugin}".',
    exit: input,
  },
  PLUGIN_NEEDS_DISABLED: {
    message: 'plugin "{plugin}" needs "{needs}", which is disabled ({chain})',
    fix: 'Enable "{needs}", or disable "{plugin}" too.',
    exit: input,
  },
  PLUGIN_NEEDS_VERSION: {
    message: 'plugin "{plugin}" needs "{needs}" {range}, but {version} is installed ({chain})',
    fix: 'Install a version of "{needs}" that fits, or another one of "{plugin}".',
    exit: input,
  },
  PLUGIN_CYCLE: {
    message: 'the plugins need each other in a circle: {chain}',
    fix: 'Remove one of these dependencies; messages and events need none.',
    exit: input,
  },
  PLUGIN_TAKEN: {
    message: 'a plugin called "{plugin}" is installed already',
    fix: 'Remove the first, or give the second another name.',
    exit: input,
  },
  PLUGIN_NEEDED: {
    message: 'plugin "{plugin}" is needed by {by}',
    fix: 'Take those first, or all of them with { withDependants: true }.',
    exit: input,
  },
  CONFIG_MISSING: { message: 'the config file {file} does not exist', fix: 'Correct the path of --config.', exit: input },
  CONFIG_TWICE: {
    message: '{first} and {second} are both here, and only one can count',
    fix: 'Remove one of them, or name one with --config.',
    exit: input,
  },
  CONFIG_SHAPE: { message: '{reason}', fix: 'See docs/plugin-kit.md for what voxgraph.config holds.', exit: input },
  PLUGIN_FILE_MISSING: {
    message: 'the plugin file {file} does not exist{hint}',
    fix: 'Correct the path; it starts from the folder of the file that names it.',
    exit: input,
  },
  PLUGIN_SYNTAX: { message: '{reason}', fix: 'Correct the file; save it again if it is watched.', exit: input },
  PLUGIN_IMPORT_MISSING: {
    message: 'the import "{specifier}" cannot be found{hint}',
    fix: 'Correct the path, or install the package beside the plugin.',
    exit: input,
  },
  PLUGIN_IMPORT_FAILED: {
    message: 'the plugin throws while it is imported: {reason}',
    fix: 'Correct it here; what may fail belongs into setup.',
    exit: input,
  },
  PLUGIN_NO_EXPORT: {
    message: 'this file is no plugin: {reason}',
    fix: 'Write "export default definePlugin({ … })" in it.',
    exit: input,
  },
  PLUGIN_NAME_DIFFERS: {
    message: 'the plugin "{name}" is called "{plugin}" by its own file {file}',
    fix: 'Write "{plugin}" here, or rename the plugin.',
    exit: input,
  },
  PLUGIN_IMPORT_TIMEOUT: {
    message:
      'the file is still being imported after {seconds} s: something that it awaits outside of all functions does not come',
    fix: 'What takes time belongs into setup.',
    exit: input,
  },
  PLUGIN_VOXGRAPH_VERSION: {
    message: 'the plugin of {package} is made for voxgraph {range}, and this is {version}',
    fix: 'Install a version of it that fits, or another voxgraph.',
    exit: input,
  },
  PLUGIN_LOAD_FAILED: {
    message: 'plugin "{plugin}" cannot be loaded: {reason}',
    fix: 'Correct the plugin or its settings; what it had begun was cleaned up.',
    exit: failed,
  },
  PLUGIN_LOAD_TIMEOUT: {
    message: 'plugin "{plugin}" was not loaded within {seconds} s: {cause}',
    fix: 'See that every promise it awaits settles; what may take long belongs behind setup.',
    exit: failed,
  },
  PLUGIN_UNLOAD_FAILED: {
    message: 'plugin "{plugin}" did not clean up in order: {reason}',
    fix: 'All its other clean-up ran; report this to its author.',
    exit: failed,
  },
  PLUGIN_FAULT: {
    message: '{where} of plugin "{plugin}" failed: {reason}',
    fix: 'Everything else goes on; report this to its author.',
    exit: failed,
  },
  PLUGIN_SLOW: {
    message: 'plugin "{plugin}" took {ms} ms for one frame in node "{node}"; {limit} ms are a whole beat of the call',
    fix: 'Do what takes long ahead and not per frame. Once in a while it may have been other programs that held it up.',
    exit: failed,
  },
  PLUGIN_LEAK: {
    message: 'plugin "{plugin}" did not give back {frames} frames of its pool in node "{node}"',
    fix: 'Release each frame that is taken and not emitted; what is still held at the end is released in ctx.defer.',
    exit: failed,
  },
  PLUGIN_BYPASSED: {
    message: '{where} of plugin "{plugin}" failed {count} times in a row and is left out: {reason}',
    fix: 'Disable and enable the plugin to try again, or report the fault to its author.',
    exit: failed,
  },
  PLUGIN_FLOOD: {
    message: 'plugin "{plugin}" gave more than {limit} {what} in a second; {count} were dropped',
    fix: 'Let it do less, or combine what it does.',
    exit: failed,
  },
  PLUGIN_STATE_WRONG: {
    message: 'the saved state of plugin "{plugin}" cannot be used: {reason}',
    fix: 'It begins anew; the old state was set aside in its storage as "{aside}".',
    exit: failed,
  },
  PLUGIN_DISABLED: {
    message: 'plugin "{plugin}" is disabled and takes no messages',
    fix: 'Enable it: voxgraph plugins --enable {plugin}.',
    exit: failed,
  },
  UNKNOWN_MESSAGE: {
    message: 'plugin "{plugin}" takes no message "{message}"{hint}',
    fix: 'Run "voxgraph plugins {plugin}" for its messages.',
    exit: input,
  },
  BAD_MESSAGE: {
    message: 'the message "{message}" to plugin "{plugin}" is wrong: {reason}',
    fix: 'Run "voxgraph plugins {plugin}" for what it takes.',
    exit: input,
  },
  BAD_REPLY: {
    message: 'plugin "{plugin}" answered the message "{message}" wrongly: {reason}',
    fix: 'Report this to its author.',
    exit: failed,
  },
  MESSAGE_FAILED: {
    message: 'plugin "{plugin}" failed at the message "{message}": {reason}',
    fix: 'Report this to its author.',
    exit: failed,
  },
  MESSAGE_REFUSED: { message: '{reason}', fix: 'See the reason; the plugin has changed nothing.', exit: failed },
  MESSAGE_TIMEOUT: {
    message: 'plugin "{plugin}" did not answer the message "{message}" within {seconds} s',
    fix: 'See that its reply settles, or do not wait for it.',
    exit: failed,
  },
  MESSAGE_CIRCLE: {
    message: 'the messages go round in a circle: {chain}',
    fix: 'Send one of them outside of a reply.',
    exit: failed,
  },
  STORED_VALUE_WRONG: {
    message: 'the value "{key}" in the storage of plugin "{plugin}" cannot be used: {reason}',
    fix: 'Values are plain JSON that fits the schema they are read with; delete the key to begin anew.',
    exit: failed,
  },
  STORAGE_FAILED: {
    message: 'the storage of plugin "{plugin}" failed: {reason}',
    fix: 'Check the free space and the rights of the data folder.',
    exit: environment,
  },
  STORAGE_UNAVAILABLE: {
    message: 'the database of the plugins in {dir} cannot be opened: {reason}',
    fix: 'Check the rights of the folder, or name another one with --data.',
    exit: environment,
  },
  STORAGE_DAMAGED: {
    message: 'the database of the plugins was damaged ({reason}); it was set aside as {aside}, and an empty one began',
    fix: 'Put a copy of the database in its place, or let somebody who knows SQLite recover what was set aside.',
    exit: failed,
  },
  COMMAND_WRONG: {
    message: 'this is no command: {reason}',
    fix: 'See docs/plugins.md for the commands and what they hold.',
    exit: input,
  },
  COMMAND_REFUSED: { message: '{command} was refused: {reason}', fix: 'See the reason; nothing has changed.', exit: failed },
  UNKNOWN_PARTICIPANT: {
    message: 'nobody in the call "{call}" has the id "{participant}"',
    fix: 'He may have left; the participants are in the state of the call.',
    exit: failed,
  },
  REMOVED_FROM_CALL: {
    message: 'you were removed from the room "{room}"{reason}; you may come back in {seconds} s',
    fix: 'Wait, or ask whoever runs the room.',
    exit: failed,
  },
  // — requests over HTTP ——
  FOREIGN_HOST: {
    message: 'this server answers to this machine only, not to the name "{host}"',
    fix: 'Open it as http://127.0.0.1 with its port, or start it with --host and --token.',
    exit: input,
  },
  FOREIGN_ORIGIN: {
    message: 'a page of {origin} may not use this server',
    fix: "Open this server's own page, or start it with --token.",
    exit: input,
  },
  TOKEN_WRONG: {
    message: 'the token is missing or wrong',
    fix: 'Send "Authorization: Bearer TOKEN", or open the address that voxgraph printed. Commands show VOXGRAPH_ADMIN_TOKEN, else VOXGRAPH_TOKEN.',
    exit: input,
  },
  ADMIN_TOKEN_NEEDED: {
    message: 'the admin token is needed {what}',
    fix: 'Start "voxgraph run" with --admin-token SECRET, and show that: VOXGRAPH_ADMIN_TOKEN, or --token, of the other commands.',
    exit: input,
  },
  NOT_SDP: {
    message: 'the offer must be sent as application/sdp',
    fix: 'Set the header "Content-Type: application/sdp".',
    exit: input,
  },
  NOT_JSON: {
    message: 'the body must be sent as application/json',
    fix: 'Set the header "Content-Type: application/json".',
    exit: input,
  },
  INPUT_WRONG: {
    message: '{where}: {reason}',
    fix: 'See docs/api.md, or /api/v1/openapi.json, for what this request takes.',
    exit: input,
  },
  TOO_MANY_REQUESTS: {
    message: 'too many requests; the next one may come in {seconds} s',
    fix: 'Wait as long as the header Retry-After says; read /api/v1/feed instead of asking again and again.',
    exit: failed,
  },
  FEED_FULL: {
    message: '{count} readers have the feed open already',
    fix: 'Close some, or try again later.',
    exit: failed,
  },
  UNKNOWN_MACHINE: {
    message: 'no machine is called "{machine}"',
    fix: 'GET /api/v1/machines lists them; those that ended long ago are forgotten.',
    exit: input,
  },
  NO_GRAPH_FILE: {
    message: 'the graph {graph} does not come from a file',
    fix: 'Run a graph file; a plan that a program made has no text.',
    exit: input,
  },
  SOURCE_CHANGED: {
    message: 'the text was changed meanwhile: it has version {version} now',
    fix: 'GET it again and make the change in that.',
    exit: failed,
  },
  NOTHING_TO_UNDO: {
    message: 'nothing was changed in the graph {graph} that could be undone',
    fix: 'Only changes made by this API since the engine began can be undone.',
    exit: failed,
  },
  TEXT_FORBIDDEN: {
    message: '{what} cannot be brought in over HTTP',
    fix: 'Write it into the graph file itself, on the machine, and start the graph again or run it with --watch.',
    exit: input,
  },
  BODY_TOO_LARGE: {
    message: 'the body of the request is larger than {limitKiB} KiB',
    fix: 'Send less; an offer with one audio section is far smaller.',
    exit: input,
  },
  PATH_UNKNOWN: {
    message: '{method} {path} leads nowhere',
    fix: 'See docs/rooms.md and docs/api.md for what can be asked.',
    exit: input,
  },
  METHOD_WRONG: { message: '{method} is not for {path}', fix: 'Use one of {allow}.', exit: input },
  BAD_REQUEST: {
    message: 'the request cannot be understood: {reason}',
    fix: 'See docs/rooms.md and docs/api.md for what can be asked.',
    exit: input,
  },
  CONNECTION_ENDED: {
    message: 'this connection has ended already, or never was',
    fix: 'Nothing needs to be done; make a new offer to join again.',
    exit: input,
  },
  // — graph tests ——
  TEST_NOT_FOUND: {
    message: 'the test {file} does not exist',
    fix: 'A test lies beside its graph and is called like it, with .test.json at its end; see docs/graph-tests.md.',
    exit: input,
  },
  TEST_SHAPE: { message: '{reason}', fix: 'See docs/graph-tests.md for what a test holds.', exit: input },
  ENGINE_NOT_FOUND: {
    message: 'no running voxgraph answers at {url}: {reason}',
    fix: 'Start one with "voxgraph run GRAPH", or say where it is with --url.',
    exit: environment,
  },
  WHICH_ENGINE: {
    message: 'several engines run: {engines}',
    fix: 'Choose one with --url, or by its call with --call.',
    exit: input,
  },
  WHICH_CALL: { message: 'several calls are open: {calls}', fix: 'Choose one with --call.', exit: input },
  NO_CALL_OPEN: {
    message: 'no call is open at {url}',
    fix: 'It may still be starting; "voxgraph calls" lists the open ones.',
    exit: failed,
  },
  NOTHING_TO_PLAY: {
    message: 'nothing in the call {call} plays files, addresses or a queue',
    fix: 'Its graph needs a source.file, source.url, source.queue or source.playlist.',
    exit: failed,
  },
  UNKNOWN_WIRE: {
    message: 'the running graph "{graph}" has no sound on the wire "{wire}"{hint}',
    fix: 'Name a node that gives sound, or node.port; "voxgraph graph FILE" shows them.',
    exit: input,
  },
  UNKNOWN_PICTURE_WIRE: {
    message: 'the running graph "{graph}" has no wire "{wire}"{hint}',
    fix: 'Name a node that gives pictures, or node.port; "voxgraph graph FILE" shows them.',
    exit: input,
  },
  WIRE_WITHOUT_PICTURES: {
    message: 'the wire "{wire}" carries {kind} and no pictures',
    fix: 'Name a wire of video; what is on wires of sound can be listened to.',
    exit: input,
  },
  NO_PICTURE: {
    message: 'no picture came on the wire "{wire}" within a second',
    fix: 'Look again once its source gives some: a camera may be off, a graph may have ended.',
    exit: input,
  },
  PICTURE_FAILED: {
    message: 'no small picture could be made: {reason}',
    fix: 'See what the node before the wire reports; its pictures may be broken.',
    exit: environment,
  },
  LOG_UNREADABLE: {
    message: 'the event log {file} cannot be read: {reason}',
    fix: 'Give a log that "voxgraph record" wrote, with the folder of its voices beside it.',
    exit: input,
  },
  LOG_EXISTS: {
    message: 'the event log {file} is there already, and nothing that was recorded is replaced',
    fix: 'Give another name, or move it away with the folder of its voices.',
    exit: input,
  },
  JOURNAL_UNREADABLE: {
    message: 'the log {file} cannot be read: {reason}',
    fix: 'Give a log of "voxgraph run --log"; with --until a replay stops before a damaged line.',
    exit: input,
  },
  JOURNAL_UNWRITABLE: {
    message: 'the log {file} cannot be written: {reason}',
    fix: 'Check the path, its rights and the free space; a log needs a file of its own.',
    exit: environment,
  },
  REPLAY_PLUGIN: {
    message: 'the log was written with the plugin "{plugin}", whose code is not at hand: {reason}',
    fix: 'Name the file or package with --plugin; without it its state stays as it began.',
    exit: failed,
  },
  REPLAY_VERSION: {
    message: 'the log was written with "{plugin}" {version}, and this is {present}',
    fix: 'Replay it with the same version, by --plugin; another one may come to another state.',
    exit: failed,
  },
  REPLAY_DIFFERS: {
    message: 'the state differs from the one that was logged, between events {after} and {by}',
    fix: 'Look for reducers that use time, chance or anything else but the event and the config.',
    exit: failed,
  },
  // — command line ——
  USAGE: { message: '{reason}', fix: 'See --help.', exit: input },
  NODE_TOO_OLD: {
    message: 'voxgraph needs Node 22.13 or newer; this is {version}',
    fix: 'Install a newer Node from https://nodejs.org.',
    exit: environment,
  },
  INTERNAL: {
    message: 'voxgraph met a fault of its own: {reason}',
    fix: 'Please report it, with the graph file if you can.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorRow>;

/** The code of one row of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** What an error's sentence is filled with. */
export type ErrorData = Readonly<Record<string, string | number>>;

/** A place in a text file; line and column count from 1. */
export interface SourcePlace {
  /** The file as the user named it. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column in characters, from 1. */
  readonly column: number;
}

/** One error of the table with its particulars: plain data, so that it crosses process boundaries. */
export interface Problem {
  /** The row of the table. */
  readonly code: ErrorCode;
  /** The filled sentence. */
  readonly message: string;
  /** The filled fix. */
  readonly fix: string;
  /** Where in a file, if it is about a file. */
  readonly place?: SourcePlace;
  /** Where in a graph, as a path such as `nodes.duck.options.depthDb`; printed when there is no file. */
  readonly path?: string;
  /** The node it is about, if any. */
  readonly node?: string;
  /** The type of that node, if known. */
  readonly nodeType?: string;
}

function fill(template: string, data: ErrorData): string {
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => (key in data ? String(data[key]) : whole));
}

/** Builds a {@link Problem} from the table. */
export function problem(
  code: ErrorCode,
  data: ErrorData = {},
  where: Pick<Problem, 'place' | 'path' | 'node' | 'nodeType'> = {},
): Problem {
  const row: ErrorRow = ERRORS[code];
  return { code, message: fill(row.message, { hint: '', ...data }), fix: fill(row.fix, { hint: '', ...data }), ...where };
}

/** `file:line:column node "name" (type): sentence.` on one line, without the fix. */
export function formatProblem(p: Problem): string {
  const place = p.place ? `${p.place.file}:${p.place.line}:${p.place.column} ` : p.path ? `${p.path} ` : '';
  const node = p.node ? `node "${p.node}"${p.nodeType ? ` (${p.nodeType})` : ''}: ` : '';
  return `${place}${node}${p.message}${/[.?!]$/.test(p.message) ? '' : '.'}`;
}

/** The error voxgraph throws and rejects with: one or more problems of the table. */
export class VoxError extends Error {
  /** Everything that is wrong; at least one. */
  readonly problems: readonly Problem[];

  /** @param problems what is wrong; the first gives the error its code. */
  constructor(...problems: [Problem, ...Problem[]]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'VoxError';
    this.problems = problems;
  }

  /** The code of the first problem. */
  get code(): ErrorCode {
    return this.problems[0]!.code;
  }

  /** The exit code for a command that this error ends. */
  get exitCode(): number {
    return ERRORS[this.code].exit;
  }
}

/** A {@link VoxError} of one problem. */
export function voxError(
  code: ErrorCode,
  data: ErrorData = {},
  where: Pick<Problem, 'place' | 'path' | 'node' | 'nodeType'> = {},
): VoxError {
  return new VoxError(problem(code, data, where));
}

/** The plain reason of anything that was thrown, without a stack. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof VoxError) return thrown.problems.map((p) => p.message).join('; ');
  if (!(thrown instanceof Error)) return String(thrown);
  const { code = '', syscall = '' } = thrown as NodeJS.ErrnoException;
  const aboutFile = syscall !== '' && !/^(spawn|listen|bind|connect)/.test(syscall);
  return (aboutFile && FILE_REASONS.get(code)) || thrown.message;
}

/** What the system says about files, without the paths and calls that Node adds: the sentence around it names the file. */
const FILE_REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EDQUOT', 'no more space is allowed'],
  ['EEXIST', 'something of that name is in its place'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its links lead in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ENOENT', 'no such file or folder'],
  ['ENOSPC', 'no space left on the disk'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EROFS', 'the file system is read-only'],
]);
