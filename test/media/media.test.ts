// Media: what is fetched, what is refused, and what bytes are. Real servers, on loopback.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isPublicAddress } from '../../media/addresses.ts'
import { type FetchOptions, fetchUrl } from '../../media/fetch-url.ts'
import { openMedia } from '../../media/open-media.ts'

const signal = new AbortController().signal
const asked = { expected: 'image', signal } as const
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

async function serve(handle: RequestListener) {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const fetched = (url: string, options: Partial<FetchOptions> = {}) =>
  fetchUrl(url, { maxBytes: 1_000, timeoutMs: 5_000, privateHosts: ['127.0.0.1'], signal, ...options })

describe('addresses', () => {
  test.for(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  test.for([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.31.0.1', '192.168.1.1'],
    ...['198.18.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', 'localhost', ''],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('fetching', () => {
  test('gives the bytes and the type, where the host is allowed', async () => {
    await using server = await serve((_, response) => response.setHeader('content-type', 'Image/PNG; x=1').end(PNG))
    expect(await fetched(`${server.url}/a.png`)).toEqual({ bytes: PNG, mime: 'image/png' })
    const privateHosts = [`127.0.0.1:${server.port}`]
    expect((await fetched(`${server.url}/a.png`, { privateHosts })).bytes).toEqual(PNG)
    await expect(fetched(server.url, { privateHosts: ['127.0.0.1:1'] })).rejects.toMatchObject({
      code: 'media-refused',
    })
  })

  test.for([
    ...['http://127.0.0.1/', 'http://localhost/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://0x7f.1/'],
    ...[
      'http://2130706433/',
      'http://169.254.169.254/latest',
      'http://10.0.0.1/',
      'file:///etc/passwd',
      'ftp://e.org/',
      'a.png',
    ],
  ])('%s is refused', async (url) => {
    await expect(fetched(url, { privateHosts: [] })).rejects.toMatchObject({ code: 'media-refused', retryable: false })
  })

  test('one private address among those of a name is enough to refuse it', async () => {
    const addressesOf = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    await expect(fetched('http://example.org/', { addressesOf })).rejects.toMatchObject({ code: 'media-refused' })
  })

  test('the connection goes to the address that was checked, and the name is asked once', async () => {
    await using server = await serve(({ headers }, response) => response.end(headers.host))
    let asked = 0
    const addressesOf = async () => {
      asked += 1
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const options = { addressesOf, privateHosts: ['files.example'] }
    const { bytes } = await fetched(`http://files.example:${server.port}/`, options)
    expect(Buffer.from(bytes).toString()).toBe(`files.example:${server.port}`)
    expect(asked).toBe(1)
  })

  test('a redirect is followed by the same rules', async () => {
    await using server = await serve((request, response) => {
      const to = { '/': '/next', '/away': 'http://169.254.169.254/', '/round': '/round' }[request.url ?? '']
      if (to === undefined) response.end('here')
      else response.writeHead(302, { location: to }).end()
    })
    expect(Buffer.from((await fetched(`${server.url}/`)).bytes).toString()).toBe('here')
    await expect(fetched(`${server.url}/away`)).rejects.toMatchObject({ code: 'media-refused' })
    await expect(fetched(`${server.url}/round`)).rejects.toMatchObject({ code: 'media-unreadable', retryable: false })
  })

  test('too many bytes are not read, whether they are announced or not', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/said') response.setHeader('content-length', 2_000).flushHeaders()
      else for (let count = 0; count < 20; count += 1) response.write(Buffer.alloc(100))
      response.end(request.url === '/said' ? Buffer.alloc(2_000) : Buffer.alloc(100))
    })
    await expect(fetched(`${server.url}/said`)).rejects.toMatchObject({ code: 'media-too-large' })
    await expect(fetched(`${server.url}/unsaid`)).rejects.toMatchObject({ code: 'media-too-large' })
  })

  test('a server that hangs is given up; whoever asked can withdraw', async () => {
    await using server = await serve(() => {})
    const slow = fetched(server.url, { timeoutMs: 50 })
    await expect(slow).rejects.toMatchObject({ code: 'media-unreadable', retryable: true })
    const stop = new AbortController()
    const withdrawn = fetched(server.url, { signal: stop.signal })
    stop.abort(new Error('withdrawn'))
    await expect(withdrawn).rejects.toThrow('withdrawn')
  })

  test('errors say nothing of query, user and password', async () => {
    await using server = await serve((_, response) => response.writeHead(404).end())
    const failed = fetched(`http://ann:pass-word@127.0.0.1:${server.port}/a.png?token=abc`)
    await expect(failed).rejects.toMatchObject({
      message: `127.0.0.1:${server.port}/a.png answers with the status 404.`,
    })
  })
})

test('a text file is the same text whatever the ends of its lines', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-media-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const media = openMedia({ maxBytes: 1_000, timeoutMs: 1_000, privateHosts: [] })
  for (const end of ['\n', '\r\n']) {
    writeFileSync(join(folder, 'notes.md'), ['# Notes', '', 'One', ''].join(end))
    expect(await media.readText(join(folder, 'notes.md'))).toBe('# Notes\n\nOne\n')
  }
})

describe('what bytes are', () => {
  const media = openMedia({ maxBytes: 1_000, timeoutMs: 1_000, privateHosts: [] })
  const read = (bytes: Buffer, said?: string) => media.read({ base64: bytes.toString('base64') }, { ...asked, said })

  test.for<[title: string, bytes: Buffer, said: string | undefined, kind: string, mime: string]>([
    ['a picture, whatever it is called', PNG, 'application/pdf', 'image', 'image/png'],
    ['a PDF', Buffer.from('%PDF-1.4\n%...'), undefined, 'document', 'application/pdf'],
    [
      'a sound',
      Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt '), Buffer.alloc(40)]),
      undefined,
      'audio',
      'audio/wav',
    ],
    ['a text', Buffer.from('# Grüße'), undefined, 'document', 'text/plain'],
    ['a text of a kind', Buffer.from('# Hello'), 'text/markdown', 'document', 'text/markdown'],
    ['a text that is called a picture', Buffer.from('hello'), 'image/png', 'document', 'text/plain'],
  ])('%s', async ([, bytes, said, kind, mime]) => {
    expect(await read(bytes, said)).toMatchObject({ kind, mime, bytes, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test.for<[title: string, bytes: Buffer, code: string]>([
    ['nothing', Buffer.alloc(0), 'media-unknown'],
    ['noise', Buffer.from([1, 0, 2, 255, 254, 3]), 'media-unknown'],
    ['too much', Buffer.alloc(1_001, 'a'), 'media-too-large'],
  ])('%s is refused', async ([, bytes, code]) => {
    await expect(read(bytes)).rejects.toMatchObject({ code })
  })

  test('files are bounded too, and an address may hold its bytes', async () => {
    const path = join(tmpdir(), `botticelli-media-${process.pid}.txt`)
    writeFileSync(path, 'a'.repeat(1_001))
    await expect(media.read({ file: path }, asked)).rejects.toMatchObject({ code: 'media-too-large' })
    const url = `data:image/png;base64,${PNG.toString('base64')}`
    expect(await media.read({ url }, asked)).toMatchObject({ mime: 'image/png', bytes: new Uint8Array(PNG) })
  })

  test.for<[url: string, mime: string, text: string]>([
    ['data:text/markdown;charset=utf-8;base64,IyBIaQ==', 'text/markdown', '# Hi'],
    ['data:text/plain,Gr%C3%BC%C3%9Fe%21', 'text/plain', 'Grüße!'],
    ['DATA:,hello', 'text/plain', 'hello'],
    ['data:application/json;base64,e30', 'application/json', '{}'],
  ])('%s', async ([url, mime, text]) => {
    const { bytes, ...type } = await media.read({ url }, asked)
    expect([type.kind, type.mime, Buffer.from(bytes).toString()]).toEqual(['document', mime, text])
  })

  test.for([
    ['data:image/png;base64,!!', 'media-unknown'],
    ['data:image/png', 'media-unknown'],
    [`data:,${'a'.repeat(1_001)}`, 'media-too-large'],
  ] as const)('%s is refused', async ([url, code]) => {
    await expect(media.read({ url }, asked)).rejects.toMatchObject({ code })
  })

  test('offline nothing is fetched, and the kind is what the narrative says', async () => {
    const offline = openMedia({ maxBytes: 1, timeoutMs: 1, privateHosts: [], offline: true })
    const read = (url: string, said?: string) => offline.read({ url }, { ...asked, said })
    expect(await read('https://example.org/a.png', 'image/png')).toMatchObject({ kind: 'image', mime: 'image/png' })
    expect(await read('https://example.org/a')).toMatchObject({ kind: 'image', mime: 'image/*' })
    expect(await read('https://example.org/a.pdf', 'application/pdf')).toMatchObject({ kind: 'image', mime: 'image/*' })
  })
})
