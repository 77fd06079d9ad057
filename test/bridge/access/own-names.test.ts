import { expect, test } from 'vitest';
import { ownNames, type Machine } from '../../../bridge/access/own-names.ts';

const network = (family: 'IPv4' | 'IPv6', address: string, internal = false) =>
  ({ family, address, internal }) as ReturnType<Machine['networkInterfaces']>[string] extends
    (infer Entry)[] | undefined
    ? Entry
    : never;

const machine: Machine = {
  hostname: () => 'Room-12',
  networkInterfaces: () => ({
    lo: [network('IPv4', '127.0.0.1', true), network('IPv6', '::1', true)],
    eth0: [network('IPv4', '192.0.2.7'), network('IPv6', '2001:db8::7'), network('IPv6', 'fe80::7')],
    wlan0: [network('IPv4', '198.51.100.7')],
  }),
};

test('where only this machine reaches it: the name that was asked for, and the usual ones', () => {
  expect(ownNames('MyMachine', '127.0.1.1', machine)).toEqual({
    first: 'MyMachine',
    all: ['mymachine', 'localhost', '127.0.0.1', '::1'],
    others: [],
  });
});

test("on every address: the machine's own, its name, and not the address that means every one", () => {
  expect(ownNames('0.0.0.0', '0.0.0.0', machine)).toEqual({
    first: '127.0.0.1',
    all: ['localhost', '127.0.0.1', '::1', '192.0.2.7', '198.51.100.7', 'room-12'],
    others: ['192.0.2.7', '198.51.100.7'],
  });
  expect(ownNames('::', '::', machine)).toMatchObject({
    first: '::1',
    others: ['192.0.2.7', '2001:db8::7', '198.51.100.7'],
  });
});

test('on one address: that, and the name that was asked for', () => {
  expect(ownNames('class.example', '192.0.2.7', machine)).toEqual({
    first: 'class.example',
    all: ['class.example', '192.0.2.7'],
    others: ['class.example'],
  });
});
