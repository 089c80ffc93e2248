// Config error: the configuration cannot be used.

import { DiagnosedError } from '../narratives/diagnosed-error.ts'

/** Without diagnostics when the fault is in the environment or a flag. */
export class ConfigError extends DiagnosedError {}
