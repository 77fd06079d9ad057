import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BridgeMessage } from '../../../bridge/protocol/messages.ts';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { Socket } from '../../../web/connection/bridge-connection.ts';
import { Page } from '../../../web/runs/page.ts';
import { done, hello, plainTrace, segment } from '../fixtures/traces.ts';

class FakeSocket implements Socket {
  readonly sent: Record<string, unknown>[] = [];
  readonly #listeners = new Map<string, (event: { data: unknown }) => void>();
  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.tell('close');
  }
  tell(type: 'open' | 'close' | 'message', data?: unknown): void {
    this.#listeners.get(type)?.({ data });
  }
  /** The page applies it with the next frame. */
  message(message: BridgeMessage): void {
    this.tell('message', JSON.stringify(message));
    frame();
  }
}

function opened(wire?: 'lab' | 'direct') {
  const socket = new FakeSocket();
  let refuse: (code: string | undefined) => void = () => {};
  const page = new Page((onrefusal) => {
    refuse = onrefusal;
    return socket;
  }, undefined);
  if (wire) {
    socket.tell('open');
    socket.message(hello({}, { wire }));
  }
  return { page, socket, refuse: (code: string) => refuse(code) };
}
const script = plainScript(121n);

let frames: (() => void)[] = [];
const frame = () => frames.splice(0).forEach((task) => task());

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (task: () => void) => frames.push(task));
  vi.stubGlobal('cancelAnimationFrame', () => {});
  return () => vi.unstubAllGlobals();
});

describe('the page', () => {
  it('asks the lab for a link that does something, and another wire for none', () => {
    const sentOn = (wire: 'lab' | 'direct', link: object) => {
      const { page, socket } = opened(wire);
      page.play({ script, link });
      return socket.sent.at(-1);
    };
    expect(sentOn('lab', { delayMs: 50 })).toMatchObject({ type: 'run', id: 'run-1', link: { delayMs: 50 } });
    expect(sentOn('lab', { delayMs: 0, seed: 7 })).not.toHaveProperty('link');
    expect(sentOn('direct', { delayMs: 50 })).not.toHaveProperty('link');
  });

  it('has a wire of its own in the lab, if the viewer has set nothing: 20 ms each way', () => {
    const linkOn = (wire: 'lab' | 'direct', link?: object) => {
      const { page, socket } = opened(wire);
      page.play({ script, ...(link && { link }) });
      return socket.sent.at(-1)!['link'];
    };
    expect(linkOn('lab')).toEqual({ delayMs: 20 });
    expect(linkOn('lab', { lossPercent: 5 })).toEqual({ delayMs: 20, lossPercent: 5 });
    expect(linkOn('lab', { delayMs: 0, lossPercent: 5 })).toEqual({ delayMs: 0, lossPercent: 5 });
    expect(linkOn('direct')).toBeUndefined();
  });

  it('shows a run that the bridge has begun, unless the viewer is in the middle of another', () => {
    const { page, socket } = opened('lab');
    const begin = (id: string) => socket.message({ type: 'begun', id, by: 'enter', client: `curl ${id}`, sources: [] });
    begin('a');
    expect(page.selection.run).toMatchObject({ id: 'a', begun: { client: 'curl a', by: 'enter' } });
    socket.message({ type: 'steps', id: 'a', steps: plainTrace() });
    begin('b');
    expect(page.selection.run!.id).toBe('a');
    socket.message(done('a', 'replied'));
    page.selection.playback.goTo(page.selection.beats.length - 1);
    begin('c');
    expect(page.selection.run!.id).toBe('c');
    expect(page.runs.list.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('cancels no run that the bridge has begun, and tells it from one of the same name before', () => {
    const { page, socket } = opened('lab');
    const begun: BridgeMessage = { type: 'begun', id: 'a', by: 'enter', sources: [] };
    socket.message(begun);
    page.cancel();
    expect(socket.sent).toEqual([]);
    socket.tell('close');
    socket.message(begun);
    socket.message(done('a', 'replied'));
    expect(page.runs.list.map(({ outcome }) => outcome)).toEqual(['replied', 'lost']);
  });

  it('delivers all held segments, the newest first: none has left before its turn', () => {
    const { page, socket } = opened('lab');
    page.play({ script, link: { hold: true } });
    const held = ['a', 'b'].map((id, at) => ({ ...segment('client', ['ACK'], at), id, fate: 'held' as const }));
    socket.message({ type: 'steps', id: 'run-1', steps: held });
    page.deliverAll();
    expect(socket.sent.slice(-2).map((message) => message['segment'])).toEqual(['b', 'a']);
  });

  it('rejects a run without a connection, and reports what else it could not send', () => {
    const { page } = opened();
    page.play({ script });
    expect(page.selection.run?.end).toEqual({ kind: 'rejected', code: 'not-connected', message: '' });
    page.server('start');
    expect(page.troubles.list.map(({ code }) => code)).toEqual(['not-connected']);
  });

  it('reports errors that belong to no run, and messages that it cannot read', () => {
    const { page, socket } = opened('lab');
    socket.message({ type: 'error', code: 'TOO_FAST', message: 'Slower.' });
    socket.tell('message', '{"type":"nonsense"}');
    expect(page.troubles.list.map(({ code }) => code)).toEqual(['TOO_FAST', 'unreadable-message']);
  });

  it('loses the run under way with the connection, and says why if a token is missing', () => {
    const { page, socket, refuse } = opened('lab');
    page.play({ script });
    socket.tell('close');
    expect([page.bridge.isConnected, page.bridge.isLost, page.bridge.needsToken]).toEqual([false, true, false]);
    expect(page.selection.run?.outcome).toBe('lost');
    refuse('TOKEN_REQUIRED');
    expect(page.bridge.needsToken).toBe(true);
  });

  it('plays a run from its first step while it goes on, and reveals its end when the viewer comes there', () => {
    const { page, socket } = opened('lab');
    page.play({ script });
    const { selection } = page;
    const { playback } = selection;
    socket.message({ type: 'steps', id: 'run-1', steps: plainTrace() });
    expect([playback.isPlaying, selection.beat?.step?.side]).toEqual([true, 'client']);
    expect(selection.steps.length).toBeLessThan(selection.run!.steps.length);
    socket.message(done('run-1', 'replied'));
    expect(selection.isRevealed).toBe(false);
    playback.goTo(playback.count - 1);
    expect([selection.beat?.what, selection.isRevealed]).toEqual(['end', true]);
    playback.goTo(0);
    expect(selection.steps).toHaveLength(selection.run!.steps.length);
  });

  it('shows a run of the list where the viewer left it', () => {
    const { page, socket } = opened('lab');
    for (const id of ['run-1', 'run-2']) {
      page.play({ script });
      socket.message({ type: 'steps', id, steps: plainTrace() });
      socket.message(done(id, 'replied'));
    }
    const [, first] = page.runs.list;
    const { selection } = page;
    selection.select(first!);
    expect(selection.isRevealed).toBe(false);
    selection.playback.goTo(9);
    selection.select(page.runs.list[0]!);
    selection.select(first!);
    expect([selection.playback.cursor, selection.isRevealed]).toEqual([9, false]);
  });

  it('shows everything at once to those who want it', () => {
    const { page, socket } = opened('lab');
    page.selection.showsAll = true;
    page.play({ script });
    socket.message({ type: 'steps', id: 'run-1', steps: plainTrace() });
    const { selection } = page;
    expect([selection.playback.isFollowing, selection.steps.length]).toEqual([true, selection.run!.steps.length]);
    socket.message(done('run-1', 'replied'));
    expect(selection.isRevealed).toBe(true);
  });

  it('delivers the oldest held segment once the cursor is at the end', () => {
    const { page, socket } = opened('lab');
    page.play({ script, link: { hold: true } });
    const held = { ...segment('client', ['SYN'], 5), id: 'held', fate: 'held' as const };
    socket.message({ type: 'steps', id: 'run-1', steps: [held] });
    expect(page.selection.held.map(({ id }) => id)).toEqual(['held']);
    expect(page.deliverNext()).toBe(true);
    expect(socket.sent.at(-1)).toEqual({ type: 'wire', id: 'run-1', segment: 'held', action: 'deliver' });
  });

  it('removes only runs that are over, and selects the newest that is left', () => {
    const { page, socket } = opened('lab');
    page.play({ script });
    socket.message(done('run-1', 'replied'));
    page.play({ script });
    page.selection.select(page.runs.list[1]!);
    page.remove(page.runs.list);
    expect(page.runs.list.map(({ id }) => id)).toEqual(['run-2']);
    expect(page.selection.run?.id).toBe('run-2');
    socket.message(done('run-2', 'replied'));
    page.remove(page.runs.list);
    expect(page.selection.run).toBeUndefined();
  });
});
