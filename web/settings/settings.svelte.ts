import type { LinkSettings } from '../../bridge/trace/link.ts';
import { addressOf } from './address.ts';
import { linkFromParameters, linkParameters } from './link-settings.ts';

/** A script of one's own, as the page's address has it. */
export interface OwnScript {
  /** One for each line; see `own-script/line-words.ts`. */
  words: readonly string[];
  /** The server of its run, where that is not the bridge's own. */
  server?: string | undefined;
}

/** What a viewer has set: the number, the wire, a scenario, a script. The page's address keeps it and opens it again. */
export class Settings {
  readonly #show: (address: string) => void;
  #number = $state('');
  #link = $state.raw<LinkSettings>({});
  #scenario = $state<string | undefined>();
  #script = $state.raw<OwnScript>({ words: [] });
  #isWhole = $state(true);

  /**
   * @param asked what the address says; nothing is run because of it
   * @param show puts another address in its place
   */
  constructor(asked: URLSearchParams, show: (address: string) => void) {
    this.#show = show;
    this.#number = asked.get('n') ?? '';
    this.#link = linkFromParameters(asked);
    this.#scenario = asked.get('scenario') ?? undefined;
    this.#script = { words: asked.getAll('do'), server: asked.get('server') ?? undefined };
  }

  /** As typed. It is in the address as soon as it is sent. */
  get number(): string {
    return this.#number;
  }
  set number(typed: string) {
    this.#number = typed;
  }

  get link(): LinkSettings {
    return this.#link;
  }
  set link(link: LinkSettings) {
    this.#link = link;
    this.remember();
  }

  /** The name of the scenario that is open; as the address has it, it may be the name of none. */
  get scenario(): string | undefined {
    return this.#scenario;
  }
  set scenario(name: string | undefined) {
    this.#scenario = name;
    this.remember();
  }

  get script(): OwnScript {
    return this.#script;
  }
  set script(script: OwnScript) {
    this.#script = script;
    this.remember();
  }

  /** Whether the address has room for the script. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  remember(): void {
    const others = [
      ...optional('n', this.#number),
      ...linkParameters(this.#link),
      ...optional('scenario', this.#scenario),
    ];
    const { words, server } = this.#script;
    const whole = addressOf([
      ...others,
      ...optional('server', server),
      ...words.map((each): [string, string] => ['do', each]),
    ]);
    this.#isWhole = whole !== undefined;
    this.#show(whole ?? addressOf(others) ?? '');
  }
}

const optional = (name: string, value = ''): [string, string][] => (value === '' ? [] : [[name, value]]);
