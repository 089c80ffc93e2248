// Parse json: JSON whose large integers stay exact.

import type { Json } from '../../json.ts'

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

/**
 * Like `JSON.parse`, but an integer that a number cannot hold exactly, such as a Discord id, becomes its digits.
 * @throws SyntaxError
 */
export function parseJson(text: string): Json {
  const exact: Reviver = (_key, value, { source }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')
      ? source
      : value
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Json
}
