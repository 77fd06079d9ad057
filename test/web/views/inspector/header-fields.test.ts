import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../bridge/packet/bytes.ts';
import { decodeTcpPacket } from '../../../../bridge/packet/packet.ts';
import type { Segment, Step } from '../../../../bridge/trace/step.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { fieldAt, headerFields } from '../../../../web/views/inspector/header-fields.ts';
import { labTrace, seen, troubledTrace } from '../../fixtures/lab-traces.ts';

const english = await Language.load('en');
const isSegment = (step: Step): step is Segment => step.kind === 'segment';
const segments = [...labTrace(), ...troubledTrace()].filter(isSegment);
const valueOf = (segment: Segment, name: string, isRaw = false) =>
  headerFields(segment, english, isRaw).find((field) => field.name === name)?.value;

describe('the header, field by field', () => {
  it.each(segments.map((segment) => [segment.id, segment] as const))(
    'of %s agrees with the bridge’s decoder',
    (_, segment) => {
      const { ip, tcp } = decodeTcpPacket(fromHex(segment.header! + segment.payload));
      const values = headerFields(segment, english, true).map(({ layer, name, value }) => `${layer} ${name} ${value}`);
      for (const expected of [
        `TCP source port ${tcp.sourcePort}`,
        `TCP destination port ${tcp.destinationPort}`,
        `TCP sequence number ${tcp.seq}`,
        `TCP acknowledgment number ${tcp.ack}`,
        `TCP header length ${tcp.headerLength} bytes`,
        `TCP flags ${segment.flags.join('+')}`,
        `TCP urgent pointer ${tcp.urgentPointer}`,
        `IP time to live ${ip.version === 4 ? ip.timeToLive : ''}`,
        `IP source ${ip.source}`,
        `IP destination ${ip.destination}`,
      ])
        expect(values).toContain(expected);
    },
  );

  it('leaves no byte of the packet out', () => {
    for (const segment of segments) {
      const fields = headerFields(segment, english, false);
      const length = (segment.header!.length + segment.payload.length) / 2;
      for (let byte = 0; byte < length; byte++) expect(fieldAt(fields, byte)).toBeGreaterThanOrEqual(0);
      expect(fieldAt(fields, length)).toBe(-1);
    }
  });

  it('counts from the SYN, or as the wire does', () => {
    const syn = segments[0]!;
    expect([valueOf(syn, 'sequence number'), valueOf(syn, 'sequence number', true)]).toEqual(['0', String(syn.rawSeq)]);
  });

  it('lists the options with the bytes of each', () => {
    const options = headerFields(segments[0]!, english, false).filter(({ name }) => name === 'option');
    expect(options.map(({ value, from, to }) => [value, from, to])).toEqual(
      [
        ['mss 1460', 40, 44],
        ['sack ok', 44, 46],
        ['nop', 46, 47],
        ['wscale 10', 47, 50],
      ].concat([['?', 50, 52] as never]),
    );
  });

  it('says what a scaled window comes to', () => {
    const ack = segments.find(({ flags }) => flags.join() === 'ACK')!;
    expect(valueOf(ack, 'window')).toBe('63 → 64512 bytes');
  });

  it('survives any header', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, isRaw) => {
        const segment = { ...seen('client', ['ACK'], 0, 1), header: Buffer.from(bytes).toString('hex') };
        for (const { from, to } of headerFields(segment, english, isRaw)) expect(to).toBeGreaterThanOrEqual(from);
      }),
    ));
});
