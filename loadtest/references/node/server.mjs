// What many would write first: fastify, ioredis, a template.
// node server.mjs PORT REDIS_PORT TEMPLATE HEADERS
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import Redis from 'ioredis'

const [port, redisPort, template, headersFile] = process.argv.slice(2)
const pieces = readFileSync(template, 'utf8').split(/\{\{(\w+)\}\}/)
const headers = JSON.parse(readFileSync(headersFile, 'utf8'))
const redis = new Redis(Number(redisPort), '127.0.0.1', { enableAutoPipelining: true })
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = text => text.replace(/[&<>"]/g, found => escapes[found])

const app = Fastify({ logger: false, keepAliveTimeout: 60_000 })
app.get('/:kind/:code', async (request, reply) => {
  const found = await redis.get(`/${request.params.kind}/${request.params.code}`)
  if (found === null) return reply.code(404).send('')
  const fields = JSON.parse(found)
  let page = ''
  for (let at = 0; at < pieces.length; at++) {
    page += at % 2 ? escape(fields[pieces[at]] ?? '') : pieces[at]
  }
  return reply.headers(headers).type('text/html; charset=utf-8').send(page)
})
await app.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 })
