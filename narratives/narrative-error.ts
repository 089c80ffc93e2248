// Narrative error: what the functions of this folder throw.

import { DiagnosedError } from './diagnosed-error.ts'

/** A narrative, a placeholder in it or an answer to it cannot be used. */
export class NarrativeError extends DiagnosedError {}
