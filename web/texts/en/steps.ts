import { calls } from './calls.ts';

type Side = 'client' | 'server';
const Program = (side: Side) => `The ${side} program`;
const Kernel = (side: Side) => `The ${side}’s kernel`;

/** What a step is, and why it happens. */
export const steps = {
  ...calls,
  bytes: {
    withText: (bytes: string, text: string) => `${bytes} (the text ${text})`,
    withHex: (bytes: string, hex: string) => `${bytes} (${hex})`,
  },
  tls: {
    records: (bytes: string) => `TLS made ${bytes} of these: only they are seen on the wire.`,
    onlyRecords: (bytes: string) => `These ${bytes} belong to TLS alone: they hold nothing of the program’s.`,
    agreed: (version: string, cipher: string, alpn: string) =>
      `Both speak ${version} with ${cipher}${alpn && `, and ${alpn} inside`}.`,
    asked: (name: string) => `The client asked for ${name}.`,
    certificate: (name: string) =>
      name ? `The server’s certificate is for ${name}.` : 'The server’s certificate names nobody.',
    valid: 'The certificate is valid.',
    notValid: (why: string) => `The certificate could not be verified: ${why}.`,
  },
  segment: {
    syn: {
      what: (side: Side) => `${Kernel(side)} sent a SYN: it asks for a connection and names its first sequence number.`,
      why: 'Both sides must agree on where counting begins before a byte can be numbered. The SYN itself counts as one, so the first byte of data has the relative number 1.',
    },
    synAck: {
      what: (side: Side) =>
        `${Kernel(side)} answered with SYN+ACK: it agrees, names its own first sequence number and acknowledges the SYN.`,
      why: 'One segment does two jobs. The side that receives it knows that segments travel both ways; the side that sends it does not know that yet.',
    },
    handshakeAck: {
      what: (side: Side) => `${Kernel(side)} acknowledged the other side’s SYN: the third segment of the handshake.`,
      why: 'Without it, the server cannot know that its own SYN has arrived: that is why the handshake takes three segments and not two. If it is lost, the client’s next segment says the same.',
    },
    ack: {
      what: (side: Side, ack: number) =>
        `${Kernel(side)} acknowledged everything before relative number ${ack}, which it expects next.`,
      why: 'An acknowledgment is cumulative: it names the next byte expected, so one can cover several segments. A bare ACK takes no sequence number and is not itself acknowledged.',
    },
    data: {
      what: (side: Side, bytes: string, isSeen: boolean) =>
        `${Kernel(side)} sent ${bytes} in one segment${isSeen ? '' : ', or in several: nobody saw how many'}.`,
      why: 'The sender keeps the bytes until they are acknowledged, in case they must be sent again. If they are the next in order, they wake a blocked recv(). PSH wakes nobody: it only says that the sender has no more to add for now.',
    },
    fin: {
      what: (side: Side) => `${Kernel(side)} sent a FIN: this side has nothing more to send.`,
      why: 'A FIN closes one direction only. Like a SYN it takes one sequence number, so that it can be acknowledged; the other direction stays open until its side sends a FIN too.',
    },
    dataFin: {
      what: (side: Side, bytes: string) =>
        `${Kernel(side)} sent ${bytes} and with them a FIN: nothing more will follow.`,
      why: 'A FIN may travel with the last bytes. It closes one direction only, and it takes one sequence number after the data, so that it can be acknowledged.',
    },
    refusal: {
      what: (side: Side) => `${Kernel(side)} refused the SYN with a RST: nobody listens on that port.`,
      why: 'The RST lets connect() fail at once. Without an answer, as behind a firewall that silently drops the SYN, the kernel would repeat the SYN, and connect() would block until the kernel gives up.',
    },
    rst: {
      what: (side: Side) => `${Kernel(side)} sent a RST: for this side the connection is over at once.`,
      whatAnswer: (side: Side) => `${Kernel(side)} answered with a RST: it no longer has this connection.`,
      whyAnswer: (flags: string) =>
        `On this side the connection was already gone, so the ${flags} that arrived belonged to none. The kernel answers every such segment with a RST, except a RST: otherwise two kernels would never stop.`,
      whyUnread: (side: Side, bytes: string) =>
        `The ${side} program closed with ${bytes} unread. Nobody will read them now, so the kernel sends a RST in place of a FIN: the peer learns that data was lost.`,
      effects: {
        pending:
          'It is neither negotiated nor acknowledged. If its number is exactly the one that the receiver expects next, it ends the connection there too; with any other number it is ignored.',
        nothing: 'Its receiver has no connection that it could end: the RST is dropped, and nothing is answered.',
        ignored:
          'Its number is not the one that the receiver expects next, so it ends nothing: the receiver drops it, or at most answers with an ACK. Otherwise any stranger could end a connection.',
        refuses: 'It acknowledges the SYN, so the receiver believes it: connect() fails with ECONNREFUSED.',
        ends: 'The receiver drops the connection, and its program’s next call fails with ECONNRESET. Bytes that were still on their way can be lost. A RST is not acknowledged.',
        endsAfterFin:
          'The receiver drops the connection. It had already taken the peer’s FIN, so ECONNRESET is not what follows: recv() still finds the end of the stream, and a send() fails with EPIPE.',
        endsUnnoticed:
          'The receiver drops the connection. No program has it now: it was closed before, or not accepted yet. So no call fails.',
        endsTimeWait:
          'Its number is exactly the one that the receiver expects, and Linux heeds it even in TIME_WAIT: the wait ends early. RFC 1337 advises to ignore a RST there.',
      },
    },
    retransmission: {
      what: 'These numbers were sent before.',
      why: {
        timeout:
          'No acknowledgment came before a timer ran out, so the kernel sends the same numbers once more. With each time-out of the retransmission timer, the next wait is twice the one before; Linux may send a probe like this one before that timer runs out.',
        acks: 'Acknowledgments showed that something sent later had arrived, so the kernel takes this segment for lost and repeats it without waiting for a time-out. If it was only late, the repetition was needless.',
        syn: 'The other side’s SYN came once more, so the answer to it seems to be lost. The kernel answers again at once, without waiting for its own time-out.',
      },
    },
    duplicate: {
      what: 'The wire made this copy, and not the kernel.',
      why: {
        pending:
          'Networks can deliver a packet twice. The receiver tells the copy by its numbers, and the program notices nothing.',
        first:
          'This copy arrived before the segment itself. To the receiver they are the same: it takes what comes first, and the other one brings nothing new.',
        syn: 'The receiver has this SYN already. As long as its answer is not acknowledged, it answers once more; afterwards with an ACK.',
        synAck:
          'The receiver has this SYN+ACK already: it drops the copy and acknowledges again. Linux limits how often it does that.',
        data: 'The receiver already has these numbers: it drops the copy and acknowledges once more what it has. The program notices nothing.',
        bare: 'A bare ACK takes no number, and this one says nothing new: the receiver drops it and answers nothing. Otherwise ACKs would answer ACKs for ever.',
        stale:
          'It comes late: the receiver already expects a higher number, so it drops the copy. It may answer with an ACK, though Linux limits how often it does that.',
        reset:
          'The first copy has already done all that a RST can do. This one is dropped: a RST is never answered, and no program learns of it.',
        gone: 'It comes late: on that side the connection no longer exists, so the kernel answers with a RST, as to any segment that belongs to none. If that RST meets a peer in TIME_WAIT, it can end the wait.',
      },
    },
    probe: {
      'keep-alive': {
        what: (side: Side) => `${Kernel(side)} asked whether the other side is still there: a keep-alive probe.`,
        why: 'It carries a number that is already acknowledged, so the other side must answer with an ACK. Nothing new is sent. If several probes get no answer, the kernel gives up the connection.',
      },
      'zero-window': {
        what: (side: Side) => `${Kernel(side)} asked whether there is room again: a zero-window probe.`,
        why: 'The other side reported a window of zero: it accepts no more for now. The report of new room could be lost, so the sender keeps asking, less and less often.',
      },
    },
    repeats: (count: number) =>
      `While the wire held it, the kernel sent it again ${count === 1 ? 'once' : `${count}\u00a0times`}.`,
    fate: {
      delivered: (took: string) => `It arrived ${took} later.`,
      atOnce: 'It arrived at the same moment.',
      dropped: 'It was lost on the way.',
      underway: 'It is under way.',
      held: 'It is held on the wire.',
      behind: 'It waits on the wire behind a segment that is held.',
      unknown: 'Nothing shows whether it arrived.',
    },
  },
  state: {
    what: (side: Side, from: string, to: string) => `The ${side}’s side of the connection went from ${from} to ${to}.`,
    found: (side: Side, state: string) =>
      `The ${side}’s side of the connection was already in ${state} when Aperto saw it first.`,
    listens: 'The server’s kernel now listens on its port.',
    disagrees: {
      what: (side: Side, state: string, expected: string) =>
        `The ${side}’s kernel was seen in ${state}, but the standard’s state machine says ${expected}.`,
      why: 'The kernel itself reported this, and it is shown as it is. Either the kernel departs from RFC 9293, or it knew of something that was not seen here.',
    },
    lasts: (duration: string) => `Its timer runs for ${duration}.`,
    endedEarly: (duration: string) => `A RST ended it after ${duration}.`,
    timeWaitEnded:
      'A RST with exactly the expected number arrived, and Linux heeds it even in TIME_WAIT. RFC 1337 calls this the assassination of TIME_WAIT and advises to ignore such a RST.',
    gaveUp: {
      what: (side: Side, from: string) =>
        `The ${side}’s kernel gave up: it deleted the connection, which was in ${from}.`,
      whySyn:
        'The last time-out ran out too, and no answer to any SYN had come. How often a SYN is repeated is a setting: where nothing is set, Linux gives up after more than two minutes; RFC 9293 asks for at least three.',
      why: 'The last time-out ran out too, and what was sent had never been acknowledged. How long a kernel goes on is a setting: where nothing is set, Linux gives up after about a quarter of an hour.',
    },
    why: {
      CLOSED:
        'For this side the connection no longer exists: its kernel has released the record. The other side may still have one: as long as it is in TIME_WAIT, this pair of addresses and ports is not free.',
      LISTEN:
        'A listening socket waits for SYNs from anyone. It is not a connection: each one that arrives gets a record of its own.',
      SYN_SENT:
        'Our SYN is out and unanswered. If no answer comes, the kernel sends it again after about a second, and then less and less often, until it gives up.',
      SYN_RCVD:
        'A SYN arrived; it is not known yet whether the answer to it arrives. Until then, the program does not see the connection.',
      ESTABLISHED:
        'This side knows that both SYNs have arrived, so data may flow both ways. The other side may reach this state a little earlier or later.',
      FIN_WAIT_1:
        'This side closes, and no FIN of the peer has come: its own FIN is sent or waits behind data, and is not yet acknowledged. The peer may still send.',
      FIN_WAIT_2:
        'Our FIN is acknowledged; now it is the peer’s turn to close, and until then it may go on sending. If our program has closed its socket altogether, new data draws a RST, and Linux waits no longer than a minute.',
      CLOSE_WAIT:
        'The peer’s FIN arrived: the peer will send no more. The kernel waits for its own program to close; if the program forgets, the connection stays here.',
      CLOSING:
        'Both sides closed at about the same time: the peer’s FIN arrived before the acknowledgment of ours. Only that acknowledgment is missing.',
      LAST_ACK:
        'Both sides have closed. Our FIN is sent or waits behind data, and is not yet acknowledged. With that acknowledgment the record is gone.',
      TIME_WAIT:
        'The side that closes first waits here for twice the longest life of a segment (on Linux, 60\u00a0seconds). If the last ACK is lost, it can be sent again, and late segments are not mistaken for those of a new connection.',
    },
  },
  output: {
    what: (side: Side) => `${Program(side)} printed a line.`,
    why: 'Programs print for people: none of this travels on the connection.',
  },
  evidenceMeans: {
    captured: 'The packet itself was seen on the wire.',
    observed: 'A program or a kernel reported it.',
    inferred: 'Nobody saw it, but it must have happened.',
  },
  reason: {
    'listening-needs-a-bound-socket':
      'The server listens, and only a socket that was created, bound and set to listen can do that.',
    'connect-begins-with-syn': 'connect() was called, and that always begins with a SYN.',
    'connect-succeeded': 'connect() succeeded, and that takes all three segments of the handshake.',
    'connect-was-reset':
      'connect() failed with “reset”, which is reported only of a connection that existed: an attempt is “refused”.',
    'connect-refused': 'connect() failed with “refused”, which is how a RST in answer to the SYN is reported.',
    'peer-got-these-bytes': 'The other program received these bytes, so they must have been sent.',
    'program-sent-these-bytes': 'The program handed these bytes to its kernel, which sends them as soon as it may.',
    'program-closed': 'The program closed its socket, and the kernel then sends a FIN.',
    'peer-saw-the-end': 'The other program reached the end of the stream, so a FIN must have arrived.',
    'program-reset': 'The program aborted the connection, and that sends a RST.',
    'peer-saw-a-reset': 'A reset was reported to the other program, so a RST must have arrived.',
    'data-after-close': 'Data arrived for a closed socket, or was left unread in it: the kernel answers with a RST.',
    'ack-within-half-a-second':
      'Data that arrived must be acknowledged within half a second. The exact moment is a guess.',
    'fin-must-be-acknowledged': 'A FIN that arrived must be acknowledged.',
    'only-an-accepted-socket-can-send': 'The server program used this connection, so it must have accepted it first.',
    'state-follows-segment': 'It follows by the standard’s state machine.',
    'answered-a-syn': 'A kernel answers a SYN with SYN+ACK only if a socket listens.',
    'began-before-capture':
      'The capture does not have the whole handshake. Ends that exchange such segments must be in this state by then.',
  },
};
