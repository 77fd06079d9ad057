import { describe, expect, onTestFinished, test } from 'vitest';
import { ipPacketIn } from '../../../../bridge/packet/link-layer.ts';
import { decodeTcpPacket } from '../../../../bridge/packet/packet.ts';
import { SegmentFlow } from '../../../../bridge/packet/flow/segment-flow.ts';
import { Tcpdump } from '../../../../bridge/sources/capture/tcpdump.ts';
import { capturePoint } from '../../../../bridge/sources/capture/capture-point.ts';
import { plainScript, type Script } from '../../../../bridge/trace/script.ts';
import type { Segment } from '../../../../bridge/trace/step.ts';
import { DirectWire } from '../../../../bridge/wires/direct.ts';
import { startNumberServer, startOwning } from '../../../helpers/bridge.ts';
import { mayCapture, playOn } from '../../../helpers/packets/capture.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { segments } from '../../../helpers/trace-checks.ts';
import { until } from '../../../helpers/until.ts';

const here = await mayCapture();

/** Everything that crosses the loopback to or from a port, beside a wire that does not capture. One connection a time. */
async function captureBeside(port: number): Promise<Segment[]> {
  const flow = new SegmentFlow();
  const seen: Segment[] = [];
  const point = (await capturePoint({ host: '127.0.0.1', port }))!;
  const onRecord = (record: { linkType: number; bytes: Uint8Array }): void => {
    const { tcp } = decodeTcpPacket(ipPacketIn(record.linkType, record.bytes)!);
    const from = tcp.destinationPort === port ? 'client' : 'server';
    seen.push(flow.segment(from, tcp, { sentAt: seen.length, fate: 'delivered' }));
  };
  const child = new Tcpdump({ point, onRecord, onEnd: () => {} });
  onTestFinished(() => child.end());
  expect(await child.listening).toBeUndefined();
  return seen;
}

/**
 * What is inferred of a segment. Whether a RST carries an acknowledgment is left to the kernel that sends it, and where
 * PSH stands is said of the last segment of a send() only (RFC 9293 §3.9.1.2).
 */
function essence({ from, flags, seq, ack, length }: Segment): string {
  const reset = flags.includes('RST');
  const named = flags.filter((flag) => flag !== 'PSH' && !(reset && flag === 'ACK'));
  return [from, ...named, `seq ${seq}`, reset ? '' : `ack ${ack ?? '-'}`, `length ${length}`].join(' ');
}

const isOver = (seen: readonly Segment[]): boolean => {
  const fins = new Set(seen.filter(({ flags }) => flags.includes('FIN')).map(({ from }) => from));
  return seen.some(({ flags }) => flags.includes('RST')) || (fins.size === 2 && seen.at(-1)!.flags.join() === 'ACK');
};

const AGAIN: Script = [{ do: 'recv' }, { do: 'close' }];

const SCRIPTS: [string, Script][] = [
  ['plain', plainScript(121n)],
  ['silent: ten digits', plainScript(1_000_000_001n)],
  ['the longest answer', plainScript(10n ** 300n)],
  ['more than the server reads', [{ do: 'send', hex: '00'.repeat(1025) }, ...AGAIN]],
  ['half-close', [{ do: 'send', hex: '0079' }, { do: 'shutdown' }, ...AGAIN]],
  ['half-close without a byte', [{ do: 'shutdown' }, ...AGAIN]],
  ['reset', [{ do: 'send', hex: '0079' }, { do: 'recv' }, { do: 'reset' }]],
  ['reset before a byte', [{ do: 'reset' }]],
  ['split in two', [{ do: 'send', hex: '00' }, { do: 'wait', ms: 20 }, { do: 'send', hex: '79' }, ...AGAIN]],
];

/** What was inferred, held against what was captured, of which the inference knows nothing. */
function expectTrue(inferred: readonly Segment[], seen: readonly Segment[]): void {
  expect(inferred.length).toBeGreaterThan(3);
  for (const segment of inferred) {
    expect(segment.evidence).toBe('inferred');
    expect(seen.map(essence), `${segment.id} was inferred`).toContain(essence(segment));
  }
  // And nothing that carries data, or begins or ends the connection, was there without being inferred.
  const weighs = ({ length, flags }: Segment) => length > 0 || flags.some((flag) => flag !== 'ACK' && flag !== 'PSH');
  expect(seen.filter(weighs).map(essence).sort()).toEqual(inferred.filter(weighs).map(essence).sort());
}

/**
 * The server may send while the client's next call is in progress. No source reports which kernel was first, so that the
 * acknowledgment in an inferred segment is then a guess. A busy machine makes such a run likely, and a second one decides.
 */
const attempts = (name: string) => ({ retry: name === 'half-close' ? 2 : 0 });

describe.runIf(here.active)('every inferred segment was really there', () => {
  for (const [name, script] of SCRIPTS)
    test(`with the probe in the server: ${name}`, attempts(name), async () => {
      const bridge = await startOwning({ wire: 'direct', capture: 'off' });
      const page = await Page.open(bridge);
      const seen = await captureBeside(bridge.targetPort);
      const { steps } = await page.run(script);
      await until(() => isOver(seen));
      expectTrue(segments(steps), seen);
    });

  // Only the probe tells that the server had left before the second byte came, and so met it with a RST.
  for (const [name, script] of SCRIPTS.filter(([each]) => each !== 'split in two'))
    test(`with a server that nobody watches: ${name}`, attempts(name), async () => {
      const port = await startNumberServer();
      const seen = await captureBeside(port);
      const wire = new DirectWire({ host: '127.0.0.1', port });
      const { steps } = await playOn(wire, script).done;
      await until(() => isOver(seen));
      expectTrue(segments(steps), seen);
    });
});

test.runIf(!here.active)('without a capture there is nothing to compare with', () => {
  expect(here).toMatchObject({ active: false, why: expect.stringMatching(/^CAPTURE_/) as string });
});
