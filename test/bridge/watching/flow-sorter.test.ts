import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlowSorter, type Ends } from '../../../bridge/watching/flow-sorter.ts';
import type { TcpPacket } from '../../../bridge/packet/packet.ts';
import type { Flag, Side } from '../../../bridge/trace/step.ts';

const PORT = 5000;
const HERE = '10.0.0.1';

/** A packet with what the sorter reads of it. */
function packet(from: string, to: string, flags: Flag[], seq = 1): TcpPacket {
  const [source, sourcePort] = from.split(' ');
  const [destination, destinationPort] = to.split(' ');
  const ip = { source, destination };
  const tcp = { sourcePort: Number(sourcePort), destinationPort: Number(destinationPort), flags, seq };
  return { ip, tcp, header: '' } as unknown as TcpPacket;
}

/** A sorter, and what became of its packets: `1 client`, `1 replaced`. */
function sorter(follows: (ends: Ends) => boolean = () => true) {
  const said: string[] = [];
  const opened: { key: string; isWhole: boolean }[] = [];
  const sorting = new FlowSorter<number>({
    port: PORT,
    isWatched: (host) => host === HERE,
    open: (ends, isWhole) => {
      if (!follows(ends)) return undefined;
      const name = opened.push({ key: ends.key, isWhole });
      const take = (from: Side): void => void said.push(`${name} ${from}`);
      return { take, replaced: () => void said.push(`${name} replaced`) };
    },
  });
  const take = (from: string, to: string, flags: Flag[], seq?: number, via?: number): void =>
    sorting.take(packet(from, to, flags, seq), via, 0);
  return { sorting, said, opened, take };
}

const CLIENT = '10.0.0.2 40000';
const SERVER = `${HERE} ${PORT}`;

describe('packets are sorted by connection', () => {
  test('both directions belong to one connection, and say which side sent them', () => {
    const { said, opened, take } = sorter();
    take(CLIENT, SERVER, ['SYN']);
    take(SERVER, CLIENT, ['SYN', 'ACK'], 9);
    take('10.0.0.2 40001', SERVER, ['SYN']);
    expect(said).toEqual(['1 client', '1 server', '2 client']);
    expect(opened.every(({ isWhole }) => isWhole)).toBe(true);
  });

  test('the port of another machine is not watched', () => {
    const { said, take } = sorter();
    take(`${HERE} 40000`, `10.0.0.9 ${PORT}`, ['SYN']);
    take(`10.0.0.9 ${PORT}`, `${HERE} 40000`, ['SYN', 'ACK']);
    expect(said).toEqual([]);
  });

  test('a client whose port is the server’s own is known by its SYN', () => {
    const { said, take } = sorter();
    const client = '127.0.0.2 5000';
    take(client, SERVER, ['SYN']);
    take(SERVER, client, ['SYN', 'ACK']);
    take(client, SERVER, ['ACK'], 2);
    expect(said).toEqual(['1 client', '1 server', '1 client']);
  });

  test('without its SYN a connection is not whole, and a RST begins none', () => {
    const { opened, take } = sorter();
    take(CLIENT, SERVER, ['RST']);
    expect(opened).toEqual([]);
    take(SERVER, CLIENT, ['ACK']);
    expect(opened.map(({ isWhole }) => isWhole)).toEqual([false]);
  });

  test('a repeated SYN begins nothing new; another one replaces the connection', () => {
    const { said, take } = sorter();
    take(CLIENT, SERVER, ['SYN'], 7);
    take(CLIENT, SERVER, ['SYN'], 7);
    take(CLIENT, SERVER, ['SYN'], 8);
    expect(said).toEqual(['1 client', '1 client', '1 replaced', '2 client']);
  });

  test('late packets of a connection that is over, or is not followed, begin nothing; a new SYN does', () => {
    let follows = true;
    const { said, sorting, opened, take } = sorter(() => follows);
    take(CLIENT, SERVER, ['SYN'], 7);
    sorting.ignore(opened[0]!.key);
    take(SERVER, CLIENT, ['FIN', 'ACK']);
    take(CLIENT, SERVER, ['SYN'], 7);
    expect(said).toEqual(['1 client']);
    follows = false;
    take(CLIENT, SERVER, ['SYN'], 8);
    follows = true;
    take(CLIENT, SERVER, ['ACK'], 9);
    expect(said).toEqual(['1 client']);
    take(CLIENT, SERVER, ['SYN'], 10);
    expect(said).toEqual(['1 client', '2 client']);
  });

  test('what crosses several interfaces is taken on the first, for each direction', () => {
    const { said, take } = sorter();
    take(CLIENT, SERVER, ['SYN'], 7, 2);
    take(CLIENT, SERVER, ['SYN'], 7, 3);
    take(SERVER, CLIENT, ['SYN', 'ACK'], 9, 3);
    take(SERVER, CLIENT, ['SYN', 'ACK'], 9, 2);
    expect(said).toEqual(['1 client', '1 server']);
  });

  test('however packets of several connections are mixed, each gets its own, in order', () => {
    const step = fc.record({ port: fc.integer({ min: 1, max: 5 }), fromServer: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { said, opened, take } = sorter();
        for (const { port, fromServer } of steps) {
          const client = `10.0.0.2 ${port}`;
          if (fromServer) take(SERVER, client, ['ACK']);
          else take(client, SERVER, ['ACK']);
        }
        const expected = steps.map(({ port, fromServer }) => {
          const name = opened.findIndex(({ key }) => key.startsWith(`10.0.0.2:${port} `)) + 1;
          return `${name} ${fromServer ? 'server' : 'client'}`;
        });
        expect(said).toEqual(expected);
      }),
    );
  });
});

test('memory stays bounded: of many connections that are not followed, the oldest are forgotten', () => {
  const { sorting, take } = sorter(() => false);
  for (let index = 0; index < 17_000; index += 1) take(`10.0.${index >> 8}.${index & 255} 1000`, SERVER, ['SYN']);
  expect(sorting.knows(`10.0.0.0:1000 ${HERE}:${PORT}`)).toBe(false);
  expect(sorting.knows(`10.0.${16_999 >> 8}.${16_999 & 255}:1000 ${HERE}:${PORT}`)).toBe(true);
});
