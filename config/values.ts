// Values: the resolved settings, typed by their key.

import { resolve } from 'node:path'
import type { Resolved } from './layers.ts'
import type { SettingKey, ValueOf } from './settings.ts'

/** Keys that have a default always have a value; of the others undefined means that nobody set it. */
export class Values {
  readonly #settings: readonly Resolved[]
  readonly #folders: { readonly root: string; readonly cwd: string }

  constructor(settings: readonly Resolved[], folders: { readonly root: string; readonly cwd: string }) {
    this.#settings = settings
    this.#folders = folders
  }

  /** @param name what stands for the `*` of the key */
  get<K extends SettingKey>(key: K, name?: string): ValueOf<K> {
    return this.#find(key, name)?.value as ValueOf<K>
  }

  /** What a file says is relative to it; what a flag or variable says, to the working directory. */
  path(key: SettingKey, name?: string): string {
    return resolve(this.#base(key, name), String(this.#find(key, name)?.value))
  }

  paths(key: 'context.path' | 'narratives.path'): readonly string[] {
    return this.get(key).map((path) => resolve(this.#base(key), path))
  }

  #find(key: SettingKey, name?: string): Resolved | undefined {
    return this.#settings.find((one) => one.key === key && one.name === name)
  }

  #base(key: SettingKey, name?: string): string {
    const layer = this.#find(key, name)?.origin.layer
    return layer === 'flag' || layer === 'environment' ? this.#folders.cwd : this.#folders.root
  }
}
