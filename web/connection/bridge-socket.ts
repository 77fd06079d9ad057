import { tabStorage } from '../runs/kept.ts';

const KEY = 'aperto-token';

/**
 * The token with which the page was opened, where the bridge takes one. It leaves the address bar at once, so that a
 * projector, a copied address or a bookmark gives nobody access; this tab's storage has it for a reload.
 */
export function takeToken(storage = tabStorage()): string | undefined {
  const url = new URL(location.href);
  const given = url.searchParams.get('token');
  if (given === null) return storage?.getItem(KEY) ?? undefined;
  try {
    storage?.setItem(KEY, given);
    url.searchParams.delete('token');
    // Without a storage it stays where a reload finds it.
    if (storage) history.replaceState(null, '', url);
  } catch {
    // A full storage is as good as none.
  }
  return given;
}

/**
 * The page's WebSocket to its bridge. A browser does not say why one was refused, but of other requests it does.
 * @param onfailure told why, by stable code; by undefined where the bridge would answer, or cannot be reached
 */
export function openSocket(token: string | undefined, onfailure: (code: string | undefined) => void): WebSocket {
  const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`;
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws${query}`);
  socket.addEventListener('error', () => void refusalOf(`/health${query}`).then(onfailure));
  return socket;
}

async function refusalOf(path: string): Promise<string | undefined> {
  try {
    const answer = await fetch(path);
    return answer.ok ? undefined : ((await answer.json()) as { code?: string }).code;
  } catch {
    return undefined;
  }
}
