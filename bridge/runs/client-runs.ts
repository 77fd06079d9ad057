import { BridgeError } from '../errors.ts';
import { ClientProgram, type ClientProgramOptions, type FollowedProgram } from '../programs/client-program.ts';
import type { Hello } from '../protocol/messages.ts';
import type { EvidenceSource } from '../sources/source.ts';
import type { Wire } from '../wires/wire.ts';
import { sourcesOfProgram } from './client-sources.ts';
import { ProgramSession, type ProgramSessionOptions } from './program-session.ts';

type Asked = Omit<ProgramSessionOptions, 'program' | 'limits'>;

/** The runs of programs: those of the operator's client program, if there is one, and of programs that others start. */
export class ClientRuns {
  readonly #program: ClientProgram | undefined;
  readonly #limits: ProgramSessionOptions['limits'] & { clientPrograms: number };

  /** @param command absent if the operator has set none */
  constructor(
    command: string | undefined,
    options: Omit<ClientProgramOptions, 'command'>,
    limits: ProgramSessionOptions['limits'] & { clientPrograms: number },
  ) {
    this.#program = command === undefined ? undefined : new ClientProgram({ command, ...options });
    this.#limits = limits;
  }

  /** What `hello` says of it, and of the sources that a run of it will have. */
  status(wire: Wire, server: readonly EvidenceSource[]): Pick<Hello, 'client'> {
    const program = this.#program;
    if (!program) return {};
    return { client: { command: program.command, sources: sourcesOfProgram(program, wire, server) } };
  }

  /** Shows a program that somebody else starts and ends. */
  follow(program: FollowedProgram, asked: Asked): ProgramSession {
    return new ProgramSession({ ...asked, program, isUnlimited: true, limits: this.#limits });
  }

  /** @throws BridgeError `NO_CLIENT_PROGRAM`, `TOO_MANY_CLIENTS` */
  start(asked: Asked): ProgramSession {
    const program = this.#program;
    if (!program) throw new BridgeError('NO_CLIENT_PROGRAM', 'This bridge has no client program: see --client.');
    const { clientPrograms } = this.#limits;
    if (program.runs >= clientPrograms)
      throw new BridgeError('TOO_MANY_CLIENTS', `At most ${clientPrograms} client programs run at a time.`);
    return new ProgramSession({ ...asked, program, limits: this.#limits });
  }

  /** Resolves when none of their processes is left. */
  async stop(): Promise<void> {
    await this.#program?.stop();
  }
}
