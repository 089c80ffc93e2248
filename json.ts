// JSON as types: what may be stored, sent in a message or put into a prompt.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }
