// Media: what the rest of the house knows of pictures, sounds, films and documents.
//
// Bytes with what they are. Whether they came from a file, from the web or from the narrative itself stays behind this
// file.

/** Where media is. A file has been found already, see actors/find-file.ts. */
export type MediaSource = { readonly url: string } | { readonly file: string } | { readonly base64: string }

export type MediaKind = 'image' | 'audio' | 'video' | 'document'

export interface MediaType {
  readonly kind: MediaKind
  /** Media type, such as `image/png`; `image/*` where nobody has looked. */
  readonly mime: string
}

export interface Medium extends MediaType {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes, in hex. */
  readonly hash: string
}

export interface MediaReader {
  /**
   * What the bytes are, whatever the name says.
   *
   * @param said the media type that the narrative gives, or its name suggests
   * @param expected what the narrative takes it for: believed only where nothing is fetched
   * @throws MediaError `media-too-large`, `media-refused`, `media-unreadable`, `media-unknown`
   */
  read(
    source: MediaSource,
    options: { readonly said?: string | undefined; readonly expected: MediaKind; readonly signal: AbortSignal },
  ): Promise<Medium>
  /** A file of text, within the same limit. @throws MediaError `media-too-large`, `media-unreadable` */
  readText(file: string): Promise<string>
}
