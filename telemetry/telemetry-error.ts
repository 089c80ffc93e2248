import { BotticelliError } from '../errors.ts'

/** Telemetry was asked for in a way that cannot be had. What goes wrong later is a log line, never an error. */
export class TelemetryError extends BotticelliError {}
