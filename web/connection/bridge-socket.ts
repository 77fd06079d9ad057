const KEY = 'aperto-token';

/**
 * Returns the token in the page's address, if the bridge asked for one. The token leaves the address bar at once, so that
 * a projector, a copied address or a bookmark gives nobody access. The tab's storage keeps it for a reload.
 */
export function takeToken(storage: Storage | undefined): string | undefined {
  const url = new URL(location.href);
  const given = url.searchParams.get('token');
  if (given === null) return storage?.getItem(KEY) ?? undefined;
  try {
    storage?.setItem(KEY, given);
    url.searchParams.delete('token');
    // Without a storage, the token stays in the address, where a reload finds it.
    if (storage) history.replaceState(null, '', url);
  } catch {
    // A full storage is as good as none.
  }
  return given;
}

/**
 * Opens the page's WebSocket to its bridge. A browser does not say why a WebSocket was refused, so a plain request asks.
 * @param onrefusal takes the stable code of the refusal; undefined if the bridge would accept, or cannot be reached
 */
export function openSocket(token: string | undefined, onrefusal: (code: string | undefined) => void): WebSocket {
  const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`;
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws${query}`);
  socket.addEventListener('error', () => void refusalOf(`/health${query}`).then(onrefusal));
  return socket;
}

async function refusalOf(path: string): Promise<string | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? undefined : ((await response.json()) as { code?: string }).code;
  } catch {
    return undefined;
  }
}
