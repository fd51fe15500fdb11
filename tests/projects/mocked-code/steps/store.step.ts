// ES module: packages that are not installed, by name, by default, whole, below a folder, and at run time.
import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3'
import slugify from 'slugify'
import * as clock from 'wall-clock'
import debounce from 'lodash/debounce'
import { readFileSync } from 'node:fs'
import { connect } from '../lib/database'

export const config = { type: 'event', name: 'Store', subscribes: ['store.go'], emits: [] }

export const handler = async (input, { state }) => {
  const client = new S3Client({ region: 'eu' })
  const stored = await client.send(new PutObjectCommand({ Key: slugify(input.title) }))
  const late = await import('late-package')
  await state.set('stored', 'it', {
    stored,
    hour: clock.hour(),
    wait: debounce(3),
    file: readFileSync('/etc/hostname', 'utf8'),
    late: late.answer,
    database: connect(),
  })
}
