import { describe, expect, test } from 'vitest';
import { optionText } from '../../../bridge/packet/option-text.ts';
import { decodeTcpOptions } from '../../../bridge/packet/tcp-options.ts';
import { hex } from '../../helpers/packets/packets.ts';

const texts = (bytes: string): string[] => decodeTcpOptions(hex(bytes)).map((option) => optionText(option));

test.each([
  ['00', 'end'],
  ['01', 'nop'],
  ['020405b4', 'mss 1460'],
  ['030307', 'wscale 7'],
  ['0402', 'sack ok'],
  ['050a 00000001 00000005', 'sack 1:5'],
  ['0512 00000001 00000005 ffffffff 00000000', 'sack 1:5 4294967295:0'],
  ['080a 0000007b 000001c8', 'timestamps 123 456'],
  ['1312 000102030405060708090a0b0c0d0e0f', 'md5 000102030405060708090a0b0c0d0e0f'],
  ['1c04 001e', 'user timeout 30 s'],
  ['1c04 8002', 'user timeout 120 s'],
  ['1d06 0102 abcd', 'authentication 1 2 abcd'],
  ['1d04 0102', 'authentication 1 2'],
  ['1e0c 0081 0102030405060708', 'mptcp capable'],
  ['1e03 70', 'mptcp fastclose'],
  ['1e03 f0', 'mptcp 15'],
  ['2202', 'fast open request'],
  ['220a 0102030405060708', 'fast open 0102030405060708'],
  ['fe04 f989', 'fast open request'],
  ['fd06 f989 beef', 'fast open beef'],
  ['fe06 abcd 0102', 'experiment abcd 0102'],
  ['4503 01', 'encryption 01'],
  ['ae05 000001', 'accurate ecn 1 000001'],
  ['c803 ff', 'option 200 ff'],
  ['c802', 'option 200'],
])('%s is %s', (bytes, text) => expect(texts(bytes)).toEqual([text]));

test('the options of a Linux SYN, in order', () => {
  expect(texts('020405b4 0402 080a 89a1b2c3 00000000 01 030307')).toEqual([
    'mss 1460',
    'sack ok',
    'timestamps 2309075651 0',
    'nop',
    'wscale 7',
  ]);
});

test('blocks are told by the numbers asked for', () => {
  const [sack] = decodeTcpOptions(hex('050a 00000065 00000069'));
  expect(optionText(sack!, (raw) => raw - 100)).toBe('sack 1:5');
});

test('nothing is read behind the end of the list', () => expect(texts('01 00 030307')).toEqual(['nop', 'end']));

describe('malformed', () => {
  test('a length beyond the header ends the list, and loses nothing before it', () => {
    expect(texts('030307 0204 05')).toEqual(['wscale 7', 'malformed 020405']);
  });

  test.each(['c8', 'c800', 'c801', 'c803'])('%s', (bytes) => expect(texts(bytes)).toEqual([`malformed ${bytes}`]));

  test.each([
    '0203b4',
    '0302',
    '040300',
    '0502',
    '050600000000',
    '080200',
    '1303ff',
    '1c03ff',
    '1d03ff',
    '1e02',
    '220301',
    'fe0301',
  ])('%s: a length that its kind does not have', (bytes) => {
    const length = hex(bytes)[1]!;
    expect(texts(`${bytes} 030307`)[0]).toBe(`malformed ${bytes.slice(0, 2 * length)}`);
    expect(texts(`${bytes.slice(0, 2 * length)} 030307`)[1]).toBe('wscale 7');
  });
});
