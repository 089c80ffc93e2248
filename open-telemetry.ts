// OpenTelemetry's API: what spans and trace contexts go through, loaded once somebody traces.
//
// Its files hand every call on to what was registered with them. Whoever registers something, our telemetry or that of
// the process around us, has loaded them by then and left a mark in the global scope; without the mark no call would do
// anything, and a command that traces nothing does not wait for 44 files.

import { createRequire } from 'node:module'

export type OpenTelemetry = typeof import('@opentelemetry/api')

/** Undefined as long as nothing was registered: there is no active span, and nobody to take one. */
export function openTelemetry(): OpenTelemetry | undefined {
  if (api === undefined && !(MARK in globalThis)) return undefined
  api ??= createRequire(import.meta.url)('@opentelemetry/api') as OpenTelemetry
  return api
}

let api: OpenTelemetry | undefined

/** Of the API's first major version. */
const MARK = Symbol.for('opentelemetry.js.api.1')
