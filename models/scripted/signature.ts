// Signature: the line by which the scripted model's free prose says what it is.

export const SIGNATURE = '_(Scripted model: a rehearsed answer, no language model was asked.)_'
