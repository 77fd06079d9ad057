import type { LinkSettings } from '../trace/link.ts';
import type { Step } from '../trace/step.ts';

/**
 * The language of the tables that describe what the bridge sends. A table is data and needs no library, so that the page
 * can load it; the schema library alone would double the page's weight.
 *
 *     step-fields.ts, message-fields.ts ─┬▶ schema.ts ─▶ the schemas of messages.ts
 *                                        └▶ the page's checks of messages and of trace files
 */
export type Field =
  | Word
  /** One of these texts. */
  | readonly string[]
  /** A text, and how many characters a trace file from elsewhere may have there. */
  | { readonly text: number }
  /** Pairs of hex digits, and how many bytes a trace file from elsewhere may have there. */
  | { readonly hex: number }
  /** A list, and how many items a trace file from elsewhere may have there. */
  | { readonly list: Field; readonly most?: number }
  | { readonly fields: Fields };

/** Fields by name. A question mark after the name means that the field may be absent. Other fields are allowed. */
export type Fields = { readonly [name: string]: Field };

/** The words for simple fields, and what each stands for. */
export interface Words {
  text: string;
  number: number;
  integer: number;
  flag: boolean;
  runId: string | number;
  /** Numbers by name. */
  limits: Record<string, number>;
  link: LinkSettings;
  step: Step;
}
export type Word = keyof Words;

/** The value that a field describes. */
export type ValueOf<Described extends Field> = Described extends Word
  ? Words[Described]
  : Described extends readonly string[]
    ? Described[number]
    : Described extends { hex: number } | { text: number }
      ? string
      : Described extends { list: infer Item extends Field }
        ? ValueOf<Item>[]
        : Described extends { fields: infer Inner extends Fields }
          ? ObjectOf<Inner>
          : never;

/** The object that a table describes. */
export type ObjectOf<Table extends Fields> = {
  -readonly [Name in keyof Table as Name extends `${string}?` ? never : Name]: ValueOf<Table[Name]>;
} & {
  -readonly [Name in keyof Table as Name extends `${infer Bare}?` ? Bare : never]?: ValueOf<Table[Name]>;
};

/** The tables that describe an object of this type: a table with a field missing, or one too many, is a type error. */
export type FieldsFor<Described> = {
  readonly [Name in keyof Described & string as NameFor<Described, Name>]-?: FieldFor<
    Exclude<Described[Name], undefined>
  >;
};

type NameFor<Described, Name extends keyof Described & string> =
  Partial<Pick<Described, Name>> extends Pick<Described, Name> ? `${Name}?` : Name;

type FieldFor<Value> = [Value] extends [string]
  ? 'text' | { readonly hex: number } | { readonly text: number } | readonly Value[]
  : [Value] extends [number]
    ? 'number' | 'integer'
    : [Value] extends [boolean]
      ? 'flag'
      : [Value] extends [readonly (infer Item)[]]
        ? { readonly list: FieldFor<Item>; readonly most?: number }
        : { readonly fields: FieldsFor<Value> };
