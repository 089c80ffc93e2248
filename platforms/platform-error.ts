// Platform errors: what may go wrong between a command and the place where it is carried out.

import { BotticelliError } from '../errors.ts'

/** A command that was refused before it was sent, or that its platform refused or did not answer. */
export class PlatformError extends BotticelliError {}
