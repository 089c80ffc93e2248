// What is wrong with a filter or an order_by: where, what was expected there, what stands there instead.

import { StoreError } from '../store-error.ts'

export class FilterError extends StoreError {
  /** @param at character of the text, from 1 */
  constructor(
    text: string,
    at: number,
    expected: string,
    found: string,
    code: 'bad-filter' | 'bad-order-by' = 'bad-filter',
  ) {
    const what = code === 'bad-filter' ? 'filter' : 'order_by'
    super(
      code,
      `The ${what} ${JSON.stringify(shorten(text))} is wrong at position ${at}: expected ${expected}, found ${found}.`,
    )
  }
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
