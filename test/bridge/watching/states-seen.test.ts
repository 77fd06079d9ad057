import { expect, test } from 'vitest';
import { StatesSeen } from '../../../bridge/watching/states-seen.ts';
import type { Report } from '../../../bridge/trace/report.ts';
import type { TcpState } from '../../../bridge/trace/step.ts';

const ends = { key: '', client: { host: '', port: 1 }, server: { host: '', port: 2 } };

function seen(confirms: boolean) {
  const reports: Report[] = [];
  const states = new StatesSeen(confirms, 0, (report) => reports.push(report));
  const read = (state: TcpState, from: number, until = from + 100): void => {
    const row = { ends, server: { state, inode: '1', user: 0 } };
    states.take(row, { from, until, rows: new Map(), listening: new Set() });
  };
  const names = (): string[] =>
    reports.map((report) => {
      if (report.kind === 'sighting') return `${report.state} at ${report.at}`;
      return report.kind === 'state' ? `${report.from} ${report.to}` : report.kind;
    });
  return { states, read, names };
}

test('a state that was read beside a packet is not reported: it may be the one before or after', () => {
  const { states, read, names } = seen(true);
  states.packetAt(1000);
  read('ESTABLISHED', 2900);
  read('ESTABLISHED', 9000);
  states.packetAt(20_000);
  read('CLOSE_WAIT', 30_000);
  states.release(40_000, true);
  expect(names()).toEqual(['ESTABLISHED at 9100', 'CLOSE_WAIT at 30100']);
});

test('a state waits for the packets that were captured by then and are read late', () => {
  const { states, read, names } = seen(true);
  read('ESTABLISHED', 10_000);
  states.release(20_000, false);
  states.packetAt(10_050);
  states.release(1_000_000, false);
  expect(names()).toEqual([]);
});

test('without a handshake the first state is one that was found, and each change is a step', () => {
  const { read, names } = seen(false);
  read('ESTABLISHED', 0);
  read('ESTABLISHED', 1000);
  read('CLOSE_WAIT', 2000);
  expect(names()).toEqual(['ESTABLISHED ESTABLISHED', 'ESTABLISHED CLOSE_WAIT']);
});
