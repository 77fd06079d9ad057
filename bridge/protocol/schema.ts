import Type, { type TLiteral, type TSchema, type TUnion } from 'typebox';
import type { Field, Fields, Word } from './fields.ts';

/** The schema of each word for a field; `messages.ts` has them all. */
export type WordSchemas = Readonly<Record<Word, TSchema>>;

/** The schema of what a table describes. Other fields are allowed, so that an old page can read a newer bridge. */
export function objectSchema(fields: Fields, words: WordSchemas, own: Record<string, TSchema> = {}): TSchema {
  const properties = Object.entries(fields).map(([name, field]): [string, TSchema] => {
    const schema = schemaOf(field, words);
    return name.endsWith('?') ? [name.slice(0, -1), Type.Optional(schema)] : [name, schema];
  });
  return Type.Object({ ...own, ...Object.fromEntries(properties) });
}

function schemaOf(field: Field, words: WordSchemas): TSchema {
  if (typeof field === 'string') return words[field];
  if ('hex' in field || 'text' in field) return Type.String();
  if ('list' in field) return Type.Array(schemaOf(field.list, words));
  if ('fields' in field) return objectSchema(field.fields, words);
  return literals(field);
}

/** One of these texts. */
export function literals<const Values extends readonly string[]>(
  values: Values,
): TUnion<{ -readonly [Index in keyof Values]: TLiteral<Values[Index]> }> {
  return Type.Union(values.map((value) => Type.Literal(value))) as never;
}
