import type { LinkSettings } from '../../bridge/trace/link.ts';
import { addressOf } from './address-bar.ts';
import { linkFromParameters, linkParameters } from './link-settings.ts';

/** A script of the viewer's own, as the page's address has it. */
export interface OwnScript {
  /** One for each line; see `own-script/line-in-address.ts`. */
  words: readonly string[];
  /** The server of its run, if that is not the bridge's own. */
  server?: string | undefined;
}

/**
 * What the viewer has set: the number, the wire, the scenario, the script.
 *
 *     address of the page ──▶ Settings ──▶ views
 *                   ▲            │ every change
 *                   └────────────┘
 *
 * The address opens the same settings again, also for somebody else. Settings start no run and know no bridge.
 */
export class Settings {
  /** As typed. It enters the address when it is sent. */
  number = $state('');
  readonly #show: (address: string) => void;
  #link = $state.raw<LinkSettings>({});
  #scenario = $state<string | undefined>();
  #script = $state.raw<OwnScript>({ words: [] });
  #isScriptInAddress = $state(true);
  /** How often another script has replaced the one in the editor. */
  #edition = $state(0);

  /**
   * @param asked the parameters of the page's address
   * @param show replaces them in the address bar
   */
  constructor(asked: URLSearchParams, show: (address: string) => void) {
    this.#show = show;
    this.number = asked.get('n') ?? '';
    this.#link = linkFromParameters(asked);
    this.#scenario = asked.get('scenario') ?? undefined;
    this.#script = { words: asked.getAll('do'), server: asked.get('server') ?? undefined };
  }

  get link(): LinkSettings {
    return this.#link;
  }
  set link(link: LinkSettings) {
    this.#link = link;
    this.remember();
  }

  /** The name of the open scenario. The address may give a name that no scenario has. */
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

  get edition(): number {
    return this.#edition;
  }

  /** Gives the viewer another script to edit, on the wire that it is for. */
  edit(script: OwnScript, link: LinkSettings): void {
    this.script = script;
    this.link = link;
    this.#edition += 1;
  }

  /** False if the address has no room for the script. */
  get isScriptInAddress(): boolean {
    return this.#isScriptInAddress;
  }

  /** Writes all settings into the address; a script that is too long for it is left out. */
  remember(): void {
    const { words, server } = this.#script;
    const withoutScript = [
      ...optional('n', this.number),
      ...linkParameters(this.#link),
      ...optional('scenario', this.#scenario),
    ];
    const lines = words.map((each): [string, string] => ['do', each]);
    const whole = addressOf([...withoutScript, ...optional('server', server), ...lines]);
    this.#isScriptInAddress = whole !== undefined;
    this.#show(whole ?? addressOf(withoutScript) ?? '');
  }
}

const optional = (name: string, value = ''): [string, string][] => (value === '' ? [] : [[name, value]]);
