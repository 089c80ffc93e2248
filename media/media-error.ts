import { BotticelliError } from '../errors.ts'

/** Media that cannot be had, or is not what it was said to be. */
export class MediaError extends BotticelliError {}
