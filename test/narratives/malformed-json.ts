// Answers as models give them, the value that must be found in each, and the repairs it takes.

import type { Json } from '../../json.ts'

const FENCE = '```'

export const malformed: readonly (readonly [title: string, answer: string, value: Json, repairs: readonly string[]])[] =
  [
    // --- clean, wherever it stands
    ['an object', '{"a": 1}', { a: 1 }, []],
    ['an array of objects', '[{"a": 1}, {"a": 2}]', [{ a: 1 }, { a: 2 }], []],
    ['an empty array', '[]', [], []],
    ['an empty object', '{}', {}, []],
    ['white space around', '\n\n  {"a": 1}\n', { a: 1 }, []],
    ['a byte order mark', '\uFEFF{"a": 1}', { a: 1 }, []],
    ['a json fence', `${FENCE}json\n{"a": 1}\n${FENCE}`, { a: 1 }, []],
    ['a JSON fence in capitals', `${FENCE}JSON\n{"a": 1}\n${FENCE}`, { a: 1 }, []],
    ['a fence without a language', `${FENCE}\n{"a": 1}\n${FENCE}`, { a: 1 }, []],
    ['a fence of another language', `${FENCE}javascript\n{"a": 1}\n${FENCE}`, { a: 1 }, []],
    [
      'a sentence before the fence',
      `Here is the JSON you asked for:\n\n${FENCE}json\n{"a": 1}\n${FENCE}`,
      { a: 1 },
      [],
    ],
    [
      'sentences on both sides',
      `Sure!\n${FENCE}json\n[{"a": 1}]\n${FENCE}\nTell me if [you] need {more}.`,
      [{ a: 1 }],
      [],
    ],
    ['a json fence after another one', `${FENCE}sh\nls\n${FENCE}\n${FENCE}json\n{"a": 1}\n${FENCE}`, { a: 1 }, []],
    ['a fence that is never closed', `${FENCE}json\n{"a": 1}`, { a: 1 }, []],
    ['prose before an object', 'The result is {"a": 1}', { a: 1 }, []],
    ['prose after an object', '{"a": 1}\n\nI hope this helps!', { a: 1 }, []],
    ['prose around an array', 'Result: [{"a": 1}] - done.', [{ a: 1 }], []],
    ['brackets inside of strings', 'x {"a": "}{]["} y', { a: '}{][' }, []],
    ['escaped quotes inside of strings', '{"a": "say \\"hi\\" {now}"}', { a: 'say "hi" {now}' }, []],
    ['a word in brackets before the object', 'As [requested]: {"a": 1}', { a: 1 }, []],
    ['a footnote before an array of objects', 'See [1]: [{"a": 1}, {"a": 2}]', [{ a: 1 }, { a: 2 }], []],
    [
      'a fence inside of a string',
      `{"text": "Run ${FENCE}sh\\nls${FENCE} now"}`,
      { text: `Run ${FENCE}sh\nls${FENCE} now` },
      [],
    ],
    [
      'a fence inside of a string inside of a fence',
      `${FENCE}json\n{"text": "Run ${FENCE}ls${FENCE} now"}\n${FENCE}`,
      { text: `Run ${FENCE}ls${FENCE} now` },
      [],
    ],
    ['unicode', '{"a": "Grüße 👋 “quoted”"}', { a: 'Grüße 👋 “quoted”' }, []],
    ['nested values', '{"a": {"b": [1, {"c": null}]}}', { a: { b: [1, { c: null }] } }, []],
    ['windows line breaks', '{\r\n"a": 1\r\n}', { a: 1 }, []],
    ['a tool-like wrapper of tags', '<json>{"a": 1}</json>', { a: 1 }, []],

    [
      'a fence inside of a string after a sentence',
      `It is {"text": "${FENCE}ls${FENCE}"}`,
      { text: `${FENCE}ls${FENCE}` },
      [],
    ],
    ['a fence of json5', `${FENCE}json5\n{"a": 1}\n${FENCE}`, { a: 1 }, []],
    ['a fence inside of a fence', `${FENCE}\n${FENCE}json\n{"a": 1}\n${FENCE}\n${FENCE}`, { a: 1 }, []],
    ['a sentence inside of the fence', `${FENCE}json\nHere: {"a": 1}\n${FENCE}`, { a: 1 }, []],
    ['a value in JavaScript', 'const result = {"a": 1};', { a: 1 }, []],
    ['JSON inside of a string', '"{\\"a\\": 1}"', { a: 1 }, ['quoted']],
    ['broken JSON inside of a string', '"{\\"a\\": 1,}"', { a: 1 }, ['quoted', 'trailing-commas']],
    ['an object in brackets of a sentence', 'Done [see {"a": 1} above', { a: 1 }, ['inner-region']],

    // --- several values
    ['objects on lines of their own', '{"a": 1}\n{"a": 2}\n', [{ a: 1 }, { a: 2 }], ['joined']],
    ['objects with commas between them', '{"a": 1},\n{"a": 2}', [{ a: 1 }, { a: 2 }], ['joined']],
    ['lines of objects in a fence', `${FENCE}json\n{"a": 1}\n{"a": 2}\n${FENCE}`, [{ a: 1 }, { a: 2 }], ['joined']],
    ['a draft and then the answer, both clean', 'First {"a": 1}. Better: {"a": 2}', { a: 1 }, []],
    ['a broken template, then the answer', 'Schema: {a: <int>; b}. Answer: {"a": 2}', { a: 2 }, ['last-region']],

    // --- repairs, one each
    ['a control character', '{"a": "x\u0007y"}', { a: 'xy' }, ['control-characters']],
    ['a zero-width space', '{\u200B"a": 1}', { a: 1 }, ['control-characters']],
    ['curly quotes', '{“a”: “b”}', { a: 'b' }, ['smart-quotes']],
    ['curly quotes of one key only', '{“a”: 1, "b": "x"}', { a: 1, b: 'x' }, ['smart-quotes']],
    ['german quotes', '{„a“: „b“}', { a: 'b' }, ['smart-quotes']],
    ['a trailing comma in an object', '{"a": 1,}', { a: 1 }, ['trailing-commas']],
    ['a trailing comma in an array', '[{"a": 1},\n]', [{ a: 1 }], ['trailing-commas']],
    [
      'trailing commas at every level',
      '{"a": [1, 2,], "b": {"c": 3,},}',
      { a: [1, 2], b: { c: 3 } },
      ['trailing-commas'],
    ],
    ['a comma before a bracket inside of a string stays', '{"a": "x,}",}', { a: 'x,}' }, ['trailing-commas']],
    ['single quotes', "{'a': 'b'}", { a: 'b' }, ['single-quotes']],
    ['an apostrophe inside of single quotes', "{'a': 'it\\'s'}", { a: "it's" }, ['single-quotes']],
    [
      'an unescaped apostrophe inside of single quotes',
      "{'a': 'it's fine', 'b': 1}",
      { a: "it's fine", b: 1 },
      ['single-quotes'],
    ],
    ['double quotes inside of single quotes', "{'a': 'say \"hi\"'}", { a: 'say "hi"' }, ['single-quotes']],
    ['a line break inside of a string', '{"a": "one\ntwo"}', { a: 'one\ntwo' }, ['raw-newlines']],
    ['a tab inside of a string', '{"a": "one\ttwo"}', { a: 'one\ttwo' }, ['raw-newlines']],
    [
      'several paragraphs in a string',
      '[{"text": "Hello\n\n**World**\n"}]',
      [{ text: 'Hello\n\n**World**\n' }],
      ['raw-newlines'],
    ],
    ['no opening brace, in a fence', `${FENCE}json\n"a": 1, "b": 2}\n${FENCE}`, { a: 1, b: 2 }, ['opening-brace']],
    [
      'no braces at all, in a fence',
      `${FENCE}json\n"a": 1,\n"b": 2\n${FENCE}`,
      { a: 1, b: 2 },
      ['opening-brace', 'closing-brace'],
    ],

    // --- cut off
    ['cut inside of a string', '{"a": "hel', { a: 'hel' }, ['truncated']],
    ['cut after a number', '{"a": 1, "b": 2', { a: 1, b: 2 }, ['truncated']],
    ['cut inside of a number', '{"a": 1, "b": 2.', { a: 1 }, ['truncated']],
    ['cut after a string', '{"a": "x"', { a: 'x' }, ['truncated']],
    ['cut after a comma', '{"a": "x",', { a: 'x' }, ['truncated']],
    ['cut inside of a key', '{"a": "x", "lon', { a: 'x' }, ['truncated']],
    ['cut after a key', '{"a": "x", "b"', { a: 'x' }, ['truncated']],
    ['cut after a colon', '{"a": "x", "b":', { a: 'x' }, ['truncated']],
    ['cut inside of a word', '{"a": "x", "b": tru', { a: 'x' }, ['truncated']],
    ['cut after a word', '{"a": "x", "b": true', { a: 'x', b: true }, ['truncated']],
    ['cut inside of an escape', '{"a": "x\\', { a: 'x' }, ['truncated']],
    ['cut inside of a unicode escape', '{"a": "x\\u00', { a: 'x' }, ['truncated']],
    ['cut inside of an array', '[{"a": 1}, {"a": 2}, {"a', [{ a: 1 }, { a: 2 }, {}], ['truncated']],
    ['cut between elements', '[{"a": 1}, {"a": 2},', [{ a: 1 }, { a: 2 }], ['truncated']],
    ['cut inside of nested values', '{"a": {"b": ["x", "y', { a: { b: ['x', 'y'] } }, ['truncated']],
    ['cut in a fence', `${FENCE}json\n[{"a": "one"}, {"a": "tw`, [{ a: 'one' }, { a: 'tw' }], ['truncated']],
    [
      'cut, with a line break in a string',
      '{"a": "one\ntwo", "b": "thr',
      { a: 'one\ntwo', b: 'thr' },
      ['raw-newlines', 'truncated'],
    ],
    ['cut, with a sentence before', 'Here it is: {"a": "x", "b": "y', { a: 'x', b: 'y' }, ['truncated']],

    [
      'cut inside of a string, after a fence in another',
      `${FENCE}json\n{"a": "${FENCE}ls${FENCE}", "b": "cut`,
      { a: `${FENCE}ls${FENCE}`, b: 'cut' },
      ['truncated'],
    ],
    [
      'a bracket missing before the closing fence',
      `${FENCE}json\n{"a": "${FENCE}x${FENCE}", "b": 2\n${FENCE}`,
      { a: `${FENCE}x${FENCE}`, b: 2 },
      ['truncated'],
    ],

    // --- more than one repair
    ['escaped quotes inside of curly quotes', '{“a”: “say \\"hi\\", ok”}', { a: 'say "hi", ok' }, ['smart-quotes']],
    ['brackets inside of single quotes', "{'a': 'x} y', 'b': '\\'[\\''}", { a: 'x} y', b: "'['" }, ['single-quotes']],
    ['single quotes and a trailing comma', "{'a': 'b',}", { a: 'b' }, ['trailing-commas', 'single-quotes']],
    ['curly quotes and a trailing comma', '{“a”: “b”,}', { a: 'b' }, ['smart-quotes', 'trailing-commas']],
    ['a trailing comma and a line break', '{"a": "one\ntwo",}', { a: 'one\ntwo' }, ['trailing-commas', 'raw-newlines']],

    // --- what only the loose reader understands
    ['keys without quotes', '{a: 1, b: "x"}', { a: 1, b: 'x' }, ['loose']],
    ['comments', '{"a": 1, // the first\n"b": 2}', { a: 1, b: 2 }, ['loose']],
    ['python constants', '{"a": True, "b": None}', { a: true, b: null }, ['loose']],
    ['a missing comma', '{"a": 1\n"b": 2}', { a: 1, b: 2 }, ['loose']],
    ['a missing comma between elements', '[{"a": 1} {"a": 2}]', [{ a: 1 }, { a: 2 }], ['loose']],
    ['an ellipsis in an array', '[{"a": 1}, ...]', [{ a: 1 }], ['loose']],
  ]
