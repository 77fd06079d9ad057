import type { Carrying, Opening, ProgramOnWire } from '../wire.ts';
import { flowKey } from './flow-key.ts';
import type { StateOfPort } from './lab-messages.ts';
import { LinkFlow, type LinkFlowOptions } from './link/flow.ts';
import type { Link, OnOpening, Ports } from './link/link.ts';

/** Milliseconds between two questions whose a SYN is, and how often it is asked. */
const ASK_EVERY_MS = 2;
const ASK_TIMES = 100;

/** A program, and how many of its connections the link has seen. */
interface Program {
  readonly program: ProgramOnWire;
  connections: number;
}

/**
 * The programs on the client's host that make connections of their own. Nobody knows the port of such a connection before
 * its SYN is on the wire. The client's kernel says then which socket has sent it, and the program's tracer knows the socket.
 *
 *     SYN ─ ports ─▶ which socket? (kernel's state) ─▶ which program? (its calls) ─▶ a flow for it
 */
export class ProgramsOnLab {
  readonly #link: Link;
  readonly #deliver: LinkFlowOptions['deliver'];
  readonly #programs = new Set<Program>();
  /** What the client's kernel said of each connection whose SYN it is about to send, by its ports. */
  readonly #opening = new Map<number, StateOfPort>();
  /** The sockets behind the flows that were made here. */
  readonly #ofFlow = new WeakMap<LinkFlow, number>();

  constructor(link: Link, deliver: LinkFlowOptions['deliver']) {
    this.#link = link;
    this.#deliver = deliver;
  }

  add(program: ProgramOnWire): Carrying {
    const added: Program = { program, connections: 0 };
    this.#programs.add(added);
    const stop = (): void => {
      this.#programs.delete(added);
      if (this.#programs.size === 0) this.#opening.clear();
    };
    return { stop };
  }

  /** The client's kernel is about to send a SYN: that is reported before the packet. */
  saw(state: StateOfPort): void {
    const { port, serverPort, inode } = state;
    if (inode !== undefined && this.#programs.size > 0) this.#opening.set(flowKey(port, serverPort), state);
  }

  readonly opened: OnOpening = (ports, known, carry) => {
    const key = flowKey(ports.port, ports.serverPort);
    const state = this.#opening.get(key);
    const inode = state?.inode;
    this.#opening.delete(key);
    // A script's connection, or a SYN that is sent again.
    const isKnown = known && (this.#ofFlow.get(known) === undefined || this.#ofFlow.get(known) === inode);
    if (isKnown || inode === undefined || this.#programs.size === 0) return carry(known);
    const begun = (flow?: LinkFlow): void => {
      flow?.saw('client', state!);
      carry(flow);
    };
    this.#ask({ ...ports, inode, at: state!.at }, begun, ASK_TIMES);
  };

  /** The report of the call that made the socket may still be on its way. */
  #ask(opening: Opening, carry: (flow?: LinkFlow) => void, times: number): void {
    const programs = [...this.#programs];
    const owner = programs.find(({ program }) => program.owns(opening.inode) === true);
    const untraced = programs.find(({ program }) => program.owns(opening.inode) === undefined);
    if (owner) carry(this.#begin(owner, opening));
    else if (times > 0 && programs.length > 0 && !untraced)
      setTimeout(() => this.#ask(opening, carry, times - 1), ASK_EVERY_MS);
    else carry(untraced && this.#begin(untraced, opening));
  }

  #begin(owner: Program, opening: Opening): LinkFlow {
    const { program } = owner;
    const { link = {}, paced = false, zero } = program;
    // Otherwise the same faults would meet the same packets of each connection.
    const settings = link.seed === undefined ? link : { ...link, seed: (link.seed + owner.connections) >>> 0 };
    owner.connections += 1;
    const ports: Ports = opening;
    let flow!: LinkFlow;
    program.opens(opening, (sink) => {
      const onStop = (): void => this.#link.remove(ports, flow);
      flow = new LinkFlow({ settings, paced, zero, sink, deliver: this.#deliver, onStop });
      return flow;
    });
    this.#ofFlow.set(flow, opening.inode);
    this.#link.add(ports, flow);
    return flow;
  }
}
