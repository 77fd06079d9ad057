import { spacedHex, textFromHex } from '../../reading/bytes.ts';
import type { Context } from './context.ts';

/** `6 bytes (the text ÍMPAR)`, `2 bytes (00 79)`; only the count if the payload is not known. */
export function bytesInWords(count: number, payload: string, { language, texts }: Context): string {
  const counted = language.texts.bytes(count);
  const text = textFromHex(payload);
  if (text !== undefined && [...text].length >= 2 && text.length <= 60) return texts.bytes.withText(counted, text);
  return payload === '' ? counted : texts.bytes.withHex(counted, spacedHex(payload, 8));
}
