// To be provided: stands in a machine for work that whoever starts the machine brings.

import { fromPromise } from 'xstate'

/** Fails when it is started: the machine was not given this piece of work. */
export function toBeProvided<Output, Input>(name: string) {
  return fromPromise<Output, Input>(() => Promise.reject(new Error(`The machine was started without "${name}".`)))
}
