import * as api from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { openTelemetry } from '../../open-telemetry.ts'

afterEach(() => api.trace.disable())

test('is not there before something was registered, and is what the registering code has from then on', () => {
  expect(openTelemetry()).toBeUndefined()
  api.trace.setGlobalTracerProvider({ getTracer: () => new api.ProxyTracerProvider().getTracer('test') })
  expect(openTelemetry()?.trace).toBe(api.trace)
})
