// Who this page is: drawn once for each tab, and kept when it is loaded again.
const KEY = 'voxgraph-participant';

/**
 * An id that nobody guesses. A page that is loaded anew is the same person; a doubled tab, which has a copy of what is stored, is another
 * one: two with one id would take each other's place.
 * @returns {string}
 */
export function createParticipantId() {
  const drawn = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  try {
    const reloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload';
    const id = (reloaded && sessionStorage.getItem(KEY)) || drawn;
    sessionStorage.setItem(KEY, id);
    return id;
  } catch {
    // Storing may be forbidden to pages.
    return drawn;
  }
}
